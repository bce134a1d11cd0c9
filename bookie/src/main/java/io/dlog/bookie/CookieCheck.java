package io.dlog.bookie;

import io.dlog.bookie.disk.AtomicFile;
import io.dlog.bookie.disk.DirectoryTree;
import io.dlog.bookie.disk.FileSystem;
import io.dlog.ledger.BookieId;
import io.dlog.metadata.BookieRegistration;
import io.dlog.metadata.MetadataException;
import io.dlog.metadata.Versioned;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure, before a bookie serves anything, that its disks are its own and all there. A bookie that lost a disk and said "no
 * such entry" would undo what it had promised.
 *
 * <pre>
 *   cluster knows it   directories          then
 *   no                 all empty            a new bookie: cookie to the cluster, then to each directory
 *   no                 cookie or data       refused: the cluster was formatted, or this is another cluster
 *   yes                none has a cookie    refused: disk lost or not mounted
 *   yes                some have none       refused, unless expansion is allowed, they are empty, and ledger
 *                                           directories only grew
 *   yes                all have one         all must say the same as the cluster's and the configuration
 * </pre>
 *
 * <p>Thread: owned by the thread that starts the bookie; blocks.
 */
final class CookieCheck {
    private static final Logger LOG = LoggerFactory.getLogger(CookieCheck.class);
    private static final int COOKIE_BYTES_MAX = 1 << 20;

    private final FileSystem files;
    private final BookieRegistration registration;
    private final BookieConfig config;
    private final BookieId id;

    CookieCheck(FileSystem files, BookieRegistration registration, BookieConfig config, BookieId id) {
        this.files = files;
        this.registration = registration;
        this.config = config;
        this.id = id;
    }

    /** Where a directory's own files lie. */
    static Path current(Path directory) {
        return directory.resolve("current");
    }

    static Path cookieFile(Path directory) {
        return current(directory).resolve("VERSION");
    }

    /** Every directory that carries a cookie. */
    static Set<Path> directories(BookieConfig config) {
        Set<Path> all = new LinkedHashSet<>(config.journalDirectories());
        all.addAll(config.ledgerDirectories());
        config.indexDirectories().ifPresent(all::addAll);
        return all;
    }

    /** Returns the cookie under which the bookie may run. */
    Cookie check() throws CookieException, IOException, MetadataException {
        Cookie expected = Cookie.of(id.id(), config, instanceId());
        Optional<Versioned<byte[]>> stored = Waiting.on(registration.readCookie(id));
        Map<Path, Optional<Cookie>> local = new LinkedHashMap<>();
        List<Path> without = new ArrayList<>();
        for (Path directory : directories(config)) {
            prepare(directory);
            Optional<Cookie> cookie = read(directory);
            local.put(directory, cookie);
            if (cookie.isEmpty()) {
                without.add(directory);
            } else {
                checkOwner(cookie.get(), expected, directory);
            }
        }
        if (stored.isEmpty()) {
            return createNew(expected, local, without);
        }
        Cookie known = Cookie.parse(stored.get().value(), "the cluster's metadata (cookies/" + id + ")");
        checkOwner(known, expected, Path.of("cookies/" + id));
        if (without.size() == local.size()) {
            throw new CookieException("bookie " + id + " is known to the cluster but " + without.get(0)
                    + " has no cookie: mount the disk that belongs here, or give up its data with bookieformat -d");
        }
        for (Map.Entry<Path, Optional<Cookie>> entry : local.entrySet()) {
            if (entry.getValue().isPresent() && !entry.getValue().get().equals(known)) {
                throw new CookieException("the cookie in " + cookieFile(entry.getKey())
                        + " differs from the cluster's: is this the right disk? "
                        + difference(entry.getValue().get(), known));
            }
        }
        if (known.equals(expected) && without.isEmpty()) {
            return known;
        }
        return expand(expected, known, stored.get().version(), without);
    }

    private String instanceId() throws CookieException, MetadataException {
        try {
            return Waiting.on(registration.instanceId());
        } catch (MetadataException e) {
            if (e.reason() == MetadataException.Reason.NOT_FOUND) {
                throw new CookieException(
                        "no cluster at " + config.metadata() + ": format it first with bkshell metaformat", e);
            }
            throw e;
        }
    }

    private void prepare(Path directory) throws CookieException {
        try {
            files.createDirectories(current(directory));
        } catch (IOException e) {
            String reason =
                    e instanceof FileAlreadyExistsException file ? file.getFile() + " is a file" : e.getMessage();
            throw new CookieException(
                    "directory " + directory + " can't be made: " + reason
                            + "; correct journalDirectory, ledgerDirectories or indexDirectories",
                    e);
        }
        if (!DirectoryTree.isWritable(current(directory))) {
            throw new CookieException("directory " + directory + " can't be written by user "
                    + System.getProperty("user.name") + ": change its owner or the configuration");
        }
    }

    private Optional<Cookie> read(Path directory) throws CookieException, IOException {
        Path file = cookieFile(directory);
        return files.exists(file)
                ? Optional.of(Cookie.parse(AtomicFile.read(files, file, COOKIE_BYTES_MAX), file.toString()))
                : Optional.empty();
    }

    private static void checkOwner(Cookie found, Cookie expected, Path where) throws CookieException {
        if (!found.bookieHost().equals(expected.bookieHost())) {
            throw new CookieException(where + " belongs to bookie " + found.bookieHost() + ", this is "
                    + expected.bookieHost() + ": correct the directories, bookiePort or bookieId");
        }
        if (!found.instanceId().equals(expected.instanceId())) {
            throw new CookieException(where + " belongs to another cluster (instance " + found.instanceId()
                    + ", this one is " + expected.instanceId()
                    + "): correct the metadata address, or give up the data with bookieformat");
        }
    }

    private Cookie createNew(Cookie expected, Map<Path, Optional<Cookie>> local, List<Path> without)
            throws CookieException, IOException, MetadataException {
        if (without.size() != local.size()) {
            throw new CookieException(
                    "the cluster does not know bookie " + id
                            + " but its directories hold a cookie: the cluster was formatted; give up the data with bookieformat");
        }
        for (Path directory : local.keySet()) {
            if (!DirectoryTree.isEmpty(directory)) {
                throw new CookieException("directory " + directory
                        + " holds files but no cookie: choose an empty one, or give up the data with bookieformat");
            }
        }
        Waiting.on(registration.writeCookie(id, expected.bytes(), -1));
        write(expected, local.keySet());
        LOG.info("new bookie, cookie written bookie={} directories={}", id, local.keySet());
        return expected;
    }

    private Cookie expand(Cookie expected, Cookie known, long version, List<Path> without)
            throws CookieException, IOException, MetadataException {
        boolean isLarger = expected.journalDir().equals(known.journalDir())
                && new HashSet<>(expected.ledgerDirectories()).containsAll(known.ledgerDirectories());
        if (!config.isStorageExpansionAllowed() || !isLarger) {
            throw new CookieException(
                    known.equals(expected)
                            ? "directory " + without.get(0)
                                    + " has no cookie: mount the disk that belongs here, or restore its current/VERSION"
                            : "the configuration does not fit the disks of bookie " + id + ": "
                                    + difference(expected, known)
                                    + (isLarger ? "; set allowStorageExpansion=true to add directories" : ""));
        }
        for (Path directory : without) {
            if (!DirectoryTree.isEmpty(directory)) {
                throw new CookieException("directory " + directory + " can't be added, it holds files but no cookie");
            }
            if (known.ledgerDirectories().contains(directory.toString())) {
                throw new CookieException("directory " + directory
                        + " lost its cookie: mount the disk that belongs here, or restore its current/VERSION");
            }
        }
        Waiting.on(registration.writeCookie(id, expected.bytes(), version));
        write(expected, directories(config));
        LOG.info("directories added bookie={} added={}", id, without);
        return expected;
    }

    private void write(Cookie cookie, Set<Path> directories) throws IOException {
        for (Path directory : directories) {
            AtomicFile.write(files, cookieFile(directory), cookie.bytes());
        }
    }

    private static String difference(Cookie here, Cookie there) {
        if (!here.journalDir().equals(there.journalDir())) {
            return "journal directories are " + here.journalDir() + ", were " + there.journalDir();
        }
        if (!here.ledgerDirs().equals(there.ledgerDirs())) {
            return "ledger directories are " + here.ledgerDirectories() + ", were " + there.ledgerDirectories();
        }
        return "index directories are " + here.indexDirs().orElse("not set") + ", were "
                + there.indexDirs().orElse("not set");
    }
}
