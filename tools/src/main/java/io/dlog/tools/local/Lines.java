package io.dlog.tools.local;

import io.dlog.log.record.LogRecord;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The lines of a text, byte for byte, without the newline that ends each; a last line needs none. One line is in memory at a
 * time. Thread: owned by its reader.
 */
final class Lines implements AutoCloseable {
    private final InputStream in;
    private long count;

    Lines(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /**
     * The next line, or empty at the end.
     *
     * @throws IOException also for a line that is longer than a record may be
     */
    Optional<byte[]> next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = in.read();
        if (b < 0) {
            return Optional.empty();
        }
        count++;
        for (; b >= 0 && b != '\n'; b = in.read()) {
            if (line.size() == LogRecord.MAX_LOGRECORD_SIZE) {
                throw new IOException("line " + count + " is longer than " + LogRecord.MAX_LOGRECORD_SIZE
                        + " bytes, the largest record there is");
            }
            line.write(b);
        }
        return Optional.of(line.toByteArray());
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
