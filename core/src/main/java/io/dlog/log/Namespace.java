package io.dlog.log;

import java.io.IOException;
import java.util.Iterator;

/**
 * The logs under one URI, kept on the bookkeeper cluster that the namespace is bound to. Made by
 * {@code io.dlog.log.open.NamespaceBuilder}. Methods block on metadata.
 *
 * <p>Thread: safe.
 */
public interface Namespace extends AutoCloseable {
    /** Creates a log; {@link LogExistsException}, {@link InvalidStreamNameException}. */
    void createLog(String logName) throws IOException;

    /** Deletes a log and its ledgers; {@link LogNotFoundException}. */
    void deleteLog(String logName) throws IOException;

    /** A handle on a log; the log need not exist yet. */
    DistributedLogManager openLog(String logName) throws IOException;

    /** A handle on a log with settings of its own. */
    DistributedLogManager openLog(String logName, LogConfig config) throws IOException;

    boolean logExists(String logName) throws IOException;

    /** Names of the logs, in order. */
    Iterator<String> getLogs() throws IOException;

    /**
     * Ends the readers and writers that came from here as if each were aborted, and lets connections go. Calls without an
     * answer and later ones fail with {@link StatusCode#ALREADY_CLOSED} or the reader's own refusal; none is left waiting.
     */
    @Override
    void close();
}
