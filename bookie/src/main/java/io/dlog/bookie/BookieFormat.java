package io.dlog.bookie;

import io.dlog.bookie.disk.DirectoryTree;
import io.dlog.config.ConfigException;
import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieRegistration;
import io.dlog.metadata.MetadataException;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives up all that a bookie holds, so that it starts as a new one. The bookie must not run.
 *
 * <p>Thread: no state; blocks.
 */
public final class BookieFormat {
    private static final Logger LOG = LoggerFactory.getLogger(BookieFormat.class);

    private BookieFormat() {}

    /** Deletes everything in the journal, ledger and index directories; the directories stay. */
    public static void wipeDirectories(BookieConfig config) throws IOException {
        for (Path directory : CookieCheck.directories(config)) {
            DirectoryTree.deleteContents(directory);
            LOG.info("directory wiped directory={}", directory);
        }
    }

    /** Makes the cluster forget the bookie. */
    public static void removeCookie(BookieConfig config, BookieRegistration registration)
            throws ConfigException, MetadataException {
        BookieId id = BookieIdentity.of(config.identity()).endpoint().id();
        Waiting.on(registration.deleteCookie(id));
        LOG.info("cookie removed bookie={}", id);
    }

    /** How the bookie is known in the cluster. */
    public static BookieId idOf(BookieConfig config) throws ConfigException {
        return BookieIdentity.of(config.identity()).endpoint().id();
    }
}
