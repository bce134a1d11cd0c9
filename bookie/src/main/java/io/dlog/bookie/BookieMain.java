package io.dlog.bookie;

import io.dlog.bookie.Bookie.Offer;
import io.dlog.config.ConfigException;
import io.dlog.config.ConfigReader;
import io.dlog.metadata.MetadataException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * {@code bookie --conf FILE [--readonly]}: a bookie in the foreground until SIGTERM.
 *
 * <p>Prints {@code bookie ID is ready} once it accepts work. Exit status, as upstream's: 1 wrong configuration or arguments,
 * 2 disks, port or cookie, 4 registration. After SIGTERM it is 143, as the JVM has it, with everything flushed and closed.
 */
public final class BookieMain {
    static final int STOPPED = 0;
    static final int INVALID_CONFIGURATION = 1;
    static final int SERVER_FAILED = 2;
    static final int REGISTRATION_FAILED = 4;

    private static final String USAGE = "usage: bookie --conf FILE [--readonly]";

    private BookieMain() {}

    /** Runs until SIGTERM. */
    public static void main(String[] args) throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitStop(stop, stopped), "bookie-stop"));
        int status = run(args, DiskStorage::open, System.out, System.err, stop);
        stopped.countDown();
        // While the shutdown hook waits for us this call would wait for the hook.
        if (stop.getCount() != 0 || status != STOPPED) {
            Runtime.getRuntime().halt(status);
        }
    }

    private static void awaitStop(CountDownLatch stop, CountDownLatch stopped) {
        stop.countDown();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the command line says. */
    record Arguments(Path conf, Offer offer) {}

    /** Empty: help was asked for. */
    static Optional<Arguments> parse(String[] args) throws ConfigException {
        Path conf = null;
        Offer offer = Offer.READ_WRITE;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--conf", "-conf", "-c" -> {
                    if (++i == args.length) {
                        throw new ConfigException(args[i - 1] + " needs a file; " + USAGE);
                    }
                    conf = Path.of(args[i]);
                }
                case "--readonly", "-readOnly", "--readOnly" -> offer = Offer.READ_ONLY;
                case "--help", "-help", "-h" -> {
                    return Optional.empty();
                }
                default -> throw new ConfigException("unknown argument " + args[i] + "; " + USAGE);
            }
        }
        if (conf == null) {
            throw new ConfigException("no configuration file given; " + USAGE);
        }
        return Optional.of(new Arguments(conf, offer));
    }

    /** Runs until {@code stop} is counted down or the bookie must stop; returns the exit status. */
    static int run(String[] args, BookieStorage.Opener storage, PrintStream out, PrintStream err, CountDownLatch stop) {
        try {
            Optional<Arguments> arguments = parse(args);
            if (arguments.isEmpty()) {
                out.println(USAGE);
                return STOPPED;
            }
            BookieConfig config =
                    BookieConfig.read(ConfigReader.open(arguments.get().conf()));
            try (Bookie bookie = Bookie.start(config, arguments.get().offer(), storage)) {
                out.println("bookie " + bookie.id() + " is ready");
                CompletableFuture<Bookie.Reason> mustStop = bookie.mustStop();
                var unused = mustStop.thenRun(stop::countDown);
                stop.await();
                if (!mustStop.isDone()) {
                    return STOPPED;
                }
                Bookie.Reason reason = mustStop.join();
                err.println("bookie " + bookie.id() + " stops: " + reason.sentence());
                return reason.kind() == Bookie.Reason.Kind.DISK ? SERVER_FAILED : REGISTRATION_FAILED;
            }
        } catch (ConfigException e) {
            err.println(e.getMessage());
            return INVALID_CONFIGURATION;
        } catch (CookieException | IOException e) {
            err.println(e.getMessage());
            return SERVER_FAILED;
        } catch (MetadataException e) {
            err.println(e.getMessage());
            return REGISTRATION_FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return STOPPED;
        }
    }
}
