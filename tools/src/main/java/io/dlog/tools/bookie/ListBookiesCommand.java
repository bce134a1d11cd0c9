package io.dlog.tools.bookie;

import io.dlog.ledger.BookieId;
import io.dlog.metadata.zookeeper.BookieRegistryNodes;
import io.dlog.metadata.zookeeper.ZooKeeperSession;
import java.util.Collection;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the bookies of the cluster. */
@Command(
        name = "listbookies",
        description =
                "List the bookies: those that write (-rw), those that only read (-ro), or all that ever were (-a).",
        mixinStandardHelpOptions = true)
final class ListBookiesCommand implements Callable<Integer> {
    @Mixin
    private final BookieFile bookie = new BookieFile();

    @Option(
            names = {"-rw", "-readwrite", "--readwrite"},
            description = "Bookies that take adds.")
    private boolean wantsWritable;

    @Option(
            names = {"-ro", "-readonly", "--readonly"},
            description = "Bookies that only serve reads.")
    private boolean wantsReadOnly;

    @Option(
            names = {"-a", "-all", "--all"},
            description = "Every bookie that has a cookie, running or not.")
    private boolean wantsAll;

    @Override
    public Integer call() throws Exception {
        try (ZooKeeperSession session = bookie.connect();
                BookieRegistryNodes registry =
                        BookieRegistryNodes.watching(session, bookie.metadata().root())) {
            registry.refresh().get();
            boolean wantsEither = !wantsWritable && !wantsReadOnly && !wantsAll;
            if (wantsWritable || wantsEither) {
                print("ReadWrite Bookies :", registry.writable());
            }
            if (wantsReadOnly || wantsEither) {
                print("Readonly Bookies :", registry.readOnly());
            }
            if (wantsAll) {
                print("All Bookies :", registry.all().get());
            }
        }
        return 0;
    }

    private static void print(String title, Collection<BookieId> bookies) {
        System.out.println(title);
        new TreeSet<>(bookies).forEach(System.out::println);
    }
}
