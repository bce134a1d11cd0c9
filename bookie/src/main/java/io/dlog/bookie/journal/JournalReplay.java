package io.dlog.bookie.journal;

import io.dlog.bookie.disk.AlignedMemory;
import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.disk.OpenMode;
import io.dlog.bookie.disk.StorageFile;
import io.dlog.bookie.journal.JournalFormat.FileHeader;
import io.dlog.bookie.journal.JournalFormat.Seal;
import io.dlog.concurrent.Lane;
import io.dlog.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the journal after a start, from the checkpoint to its end.
 *
 * <p>What ends it: only one write is ever outstanding, so after a crash at most the last batch is torn. A bad batch with no
 * later batch of its epoch behind it is that one and is cut off; it was never acknowledged. A bad batch with valid ones
 * behind it is damage to acknowledged data: the start is refused. A file that a later one continues must be good up to the
 * later one's first position. Nothing is written, so replay can be repeated.
 *
 * <p>Thread: owned by the thread that starts the bookie.
 */
public final class JournalReplay {
    private static final Logger LOG = LoggerFactory.getLogger(JournalReplay.class);
    private static final int WINDOW_BYTES = 4 << 20;
    private static final String ADVICE =
            "; restore the file from a copy, or retire this bookie and have its ledgers re-replicated";

    /** Takes the batches of a journal in order. */
    @FunctionalInterface
    public interface BatchSink {
        /** One batch with its SEAL; the buffer is valid during the call. */
        void accept(ByteBuffer batch, long position, long epoch) throws IOException;
    }

    private final FileSystem files;
    private final JournalConfig config;
    private final long instanceId;
    private final List<Candidate> begun = new ArrayList<>();
    private final List<Path> notBegun = new ArrayList<>();
    private long nextSequence;
    private long end;
    private ByteBuffer window = AlignedMemory.allocate(WINDOW_BYTES);
    private long windowOffset;

    private record Candidate(Path path, FileHeader header, long bytes) {
        long endPosition() {
            return header.firstPosition() + bytes - JournalFormat.HEADER_BYTES;
        }
    }

    /** @param instanceId id of the bookie's storage, which the files must bear */
    public JournalReplay(FileSystem files, JournalConfig config, long instanceId) {
        this.files = files;
        this.config = config;
        this.instanceId = instanceId;
    }

    /** Whether the directory holds any journal file. */
    public static boolean isPresent(FileSystem files, JournalConfig config) throws IOException {
        for (Path path : files.list(config.directory())) {
            if (JournalFormat.fileSequence(String.valueOf(path.getFileName())) >= 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Hands all batches from {@code checkpoint} on to the sink.
     *
     * @return position of the journal's end
     * @throws JournalException when acknowledged data is missing or damaged
     */
    public long run(long checkpoint, BatchSink sink) throws IOException {
        findFiles();
        end = checkpoint;
        if (begun.isEmpty()) {
            if (checkpoint > 0) {
                throw new JournalException(
                        "journal is missing directory=" + config.directory() + " checkpoint=" + checkpoint + ADVICE);
            }
        } else {
            replayFrom(firstFile(checkpoint), sink);
        }
        refuseLostHeaders();
        return end;
    }

    /**
     * Opens the journal behind the end that {@link #run} found: a new file in a new epoch.
     *
     * @param journalLane blocking, the journal's own
     * @param filesLane blocking; prepares and recycles files
     * @param whenFailed told once no more is acknowledged
     */
    public Journal open(
            LogBuffer<?> buffer,
            LogBufferConfig bufferConfig,
            Lane journalLane,
            Lane filesLane,
            Clock clock,
            long epoch,
            Consumer<Throwable> whenFailed)
            throws IOException {
        for (Path path : notBegun) {
            files.delete(path);
        }
        List<JournalFiles.Begun> kept = new ArrayList<>();
        for (Candidate file : begun) {
            kept.add(new JournalFiles.Begun(file.path(), file.header().firstPosition(), file.bytes()));
        }
        JournalFiles journalFiles =
                new JournalFiles(files, config, bufferConfig.segmentBytes(), filesLane, nextSequence, kept);
        journalFiles.open();
        buffer.begin(end, epoch);
        return new Journal(
                buffer, journalFiles, journalLane, clock, new Journal.Start(end, epoch, instanceId, 0, 0), whenFailed);
    }

    private void findFiles() throws IOException {
        ByteBuffer block = ByteBuffer.allocate(JournalFormat.HEADER_BYTES);
        for (Path path : files.list(config.directory())) {
            long sequence = JournalFormat.fileSequence(String.valueOf(path.getFileName()));
            if (sequence < 0) {
                continue;
            }
            nextSequence = Math.max(nextSequence, sequence + 1);
            try (StorageFile file = files.open(path, OpenMode.READ)) {
                file.read(block.clear(), 0);
                FileHeader header = JournalFormat.readFileHeader(block.flip());
                if (header == null || header.sequence() != sequence) {
                    notBegun.add(path);
                    continue;
                }
                if (header.instanceId() != instanceId) {
                    throw new JournalException("journal file of another bookie file=" + path + " instance="
                            + Long.toHexString(header.instanceId()) + " expected=" + Long.toHexString(instanceId)
                            + "; put the right disk back");
                }
                begun.add(new Candidate(path, header, file.size()));
            }
        }
    }

    private int firstFile(long checkpoint) throws JournalException {
        int first = -1;
        for (int i = 0; i < begun.size(); i++) {
            if (begun.get(i).header().firstPosition() <= checkpoint) {
                first = i;
            }
        }
        if (first < 0 || checkpoint > begun.get(first).endPosition()) {
            throw new JournalException("no journal file holds the checkpoint directory=" + config.directory()
                    + " checkpoint=" + checkpoint + " firstFile=" + begun.get(0).path() + ADVICE);
        }
        return first;
    }

    private void replayFrom(int first, BatchSink sink) throws IOException {
        @Nullable Seal last = null;
        for (int i = first; i < begun.size(); i++) {
            Candidate candidate = begun.get(i);
            FileHeader header = candidate.header();
            long limit = candidate.endPosition();
            boolean isContinued = i + 1 < begun.size();
            if (isContinued) {
                limit = begun.get(i + 1).header().firstPosition();
            }
            if (i > first) {
                refuseBrokenChain(candidate, last);
            }
            try (StorageFile file = files.open(candidate.path(), OpenMode.READ)) {
                forgetWindow();
                while (end < limit) {
                    Seal expected = end == header.firstPosition() ? before(header) : last;
                    Seal seal = readBatch(file, candidate, limit, expected);
                    if (seal == null) {
                        break;
                    }
                    long offset = JournalFormat.HEADER_BYTES + end - header.firstPosition();
                    int at = (int) (offset - windowOffset);
                    sink.accept(window.slice(at, seal.bytes()), end, header.epoch());
                    end += seal.bytes();
                    last = seal;
                }
                if (end < limit && isContinued) {
                    throw damaged(candidate, "a later file continues it");
                }
                if (end < limit) {
                    refuseLaterBatches(file, candidate);
                }
            }
        }
    }

    private void refuseBrokenChain(Candidate candidate, @Nullable Seal last) throws JournalException {
        FileHeader header = candidate.header();
        boolean isSameEpoch = last != null && last.epoch() == header.epoch();
        if (header.firstPosition() != end
                || (isSameEpoch
                        && last != null
                        && (header.firstBatch() != last.batch() + 1 || header.previousSealCrc() != last.crc()))) {
            throw new JournalException("journal file is missing before file=" + candidate.path() + " firstPosition="
                    + header.firstPosition() + " expected=" + end + ADVICE);
        }
    }

    /** What the SEAL before the file's first batch must have been. */
    private static Seal before(FileHeader header) {
        return new Seal(header.epoch(), header.firstBatch() - 1, 0, 0, 0, 0, 0, header.previousSealCrc());
    }

    /**
     * Reads the batch at {@code end}; it stands in the window then.
     *
     * @param before the SEAL before it, null when unknown
     * @return its SEAL, null when it is not valid
     */
    private @Nullable Seal readBatch(StorageFile file, Candidate candidate, long limit, @Nullable Seal before)
            throws IOException {
        long epoch = candidate.header().epoch();
        long offset = JournalFormat.HEADER_BYTES + end - candidate.header().firstPosition();
        long bytesMax = Math.min(limit - end, Integer.MAX_VALUE);
        CRC32C headersCrc = new CRC32C();
        int records = 0;
        int at = 0;
        while (true) {
            if (at + JournalFormat.SEAL_BYTES_MIN > bytesMax
                    || !load(file, offset, at + JournalFormat.SEAL_BYTES_MIN)) {
                return null;
            }
            int record = (int) (offset - windowOffset) + at;
            int body = JournalFormat.bodyBytes(window.getLong(record), end + at, epoch);
            if (body < 0) {
                return null;
            }
            long next = (long) at + JournalFormat.recordBytes(body);
            if (next > bytesMax || !load(file, offset, (int) next)) {
                return null;
            }
            record = (int) (offset - windowOffset) + at;
            if (JournalFormat.recordType(window, record) == JournalFormat.SEAL) {
                return checkedSeal(record, at, (int) next, epoch, records, (int) headersCrc.getValue(), before);
            }
            int bodyAt = record + JournalFormat.RECORD_HEADER_BYTES;
            if (JournalFormat.crcOf(window, bodyAt, body) != JournalFormat.recordCrc(window, record)) {
                return null;
            }
            headersCrc.update(window.duplicate().limit(bodyAt).position(record));
            records++;
            at = (int) next;
        }
    }

    private @Nullable Seal checkedSeal(
            int record, int at, int bytes, long epoch, int records, int headersCrc, @Nullable Seal before) {
        if (bytes != JournalFormat.sealEnd(at)) {
            return null;
        }
        Seal seal = JournalFormat.readSeal(window, record + bytes - at);
        boolean isValid = seal != null
                && seal.epoch() == epoch
                && seal.position() == end
                && seal.bytes() == bytes
                && seal.records() == records
                && seal.headersCrc() == headersCrc
                && (before == null || (seal.batch() == before.batch() + 1 && seal.previousCrc() == before.crc()));
        return isValid ? seal : null;
    }

    /** Has {@code bytes} from {@code offset} on in the window; false when the file ends before. */
    private boolean load(StorageFile file, long offset, int bytes) throws IOException {
        if (offset >= windowOffset && offset + bytes <= windowOffset + window.limit()) {
            return true;
        }
        if (bytes > window.capacity()) {
            window = AlignedMemory.allocate((int) Math.min(Integer.MAX_VALUE - 8192, 2L * bytes));
        }
        int count = file.read(window.clear(), offset);
        window.position(0).limit(count);
        windowOffset = offset;
        return count >= bytes;
    }

    private void forgetWindow() {
        window.position(0).limit(0);
        windowOffset = 0;
    }

    private void refuseLaterBatches(StorageFile file, Candidate candidate) throws IOException {
        long offset = JournalFormat.HEADER_BYTES + end - candidate.header().firstPosition();
        Seal later = findSeal(file, offset, candidate.header().epoch(), end + 1);
        if (later != null) {
            throw damaged(candidate, "a valid batch follows at position " + later.position());
        }
        LOG.info("journal ends here file={} position={}", candidate.path(), end);
    }

    private void refuseLostHeaders() throws IOException {
        for (Path path : notBegun) {
            try (StorageFile file = files.open(path, OpenMode.READ)) {
                Seal seal = begun.isEmpty()
                        ? findSeal(file, JournalFormat.HEADER_BYTES, null, 0)
                        : findSeal(
                                file,
                                JournalFormat.HEADER_BYTES,
                                begun.get(begun.size() - 1).header().epoch(),
                                end);
                if (seal != null) {
                    throw new JournalException("journal file with a damaged header holds batches file=" + path
                            + " position=" + seal.position() + ADVICE);
                }
            }
        }
    }

    /** A SEAL of the epoch (any when null) whose batch starts at {@code positionMin} or later. */
    private @Nullable Seal findSeal(StorageFile file, long from, @Nullable Long epoch, long positionMin)
            throws IOException {
        forgetWindow();
        for (long offset = from; ; offset += window.limit()) {
            int count = file.read(window.clear(), offset) & -FileSystem.BLOCK_BYTES;
            window.position(0).limit(count);
            if (count == 0) {
                return null;
            }
            for (int blockEnd = FileSystem.BLOCK_BYTES; blockEnd <= count; blockEnd += FileSystem.BLOCK_BYTES) {
                Seal seal = JournalFormat.readSeal(window, blockEnd);
                if (seal != null && (epoch == null || seal.epoch() == epoch) && seal.position() >= positionMin) {
                    return seal;
                }
            }
        }
    }

    private JournalException damaged(Candidate candidate, String evidence) {
        return new JournalException("journal is damaged, acknowledged records are lost here file=" + candidate.path()
                + " offset="
                + (JournalFormat.HEADER_BYTES + end - candidate.header().firstPosition())
                + " position=" + end + " evidence: " + evidence + ADVICE);
    }
}
