package io.dlog.tools.dlog;

import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Turns a position into the text that nodes and messages hold. */
@Command(
        name = "serialize_dlsn",
        description = "Print the Base64 (or hex) form of a position.",
        mixinStandardHelpOptions = true)
final class SerializeDlsnCommand implements Callable<Integer> {
    @Option(
            names = {"-dlsn", "--dlsn"},
            required = true,
            paramLabel = "SEGMENT,ENTRY,SLOT",
            description = "The position.")
    private String dlsn = "";

    @Option(
            names = {"-x", "--hex"},
            description = "Hex instead of Base64.")
    private boolean isHex;

    @Override
    public Integer call() {
        System.out.println(
                isHex
                        ? HexFormat.of().formatHex(DlsnText.parse(dlsn).serializeBytes())
                        : DlsnText.parse(dlsn).serialize());
        return 0;
    }
}
