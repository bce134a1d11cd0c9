package io.dlog.tools.dlog;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads a position from the text that nodes and messages hold. */
@Command(
        name = "deserialize_dlsn",
        description = "Print the position that a Base64 text stands for.",
        mixinStandardHelpOptions = true)
final class DeserializeDlsnCommand implements Callable<Integer> {
    @Option(
            names = {"-b64", "--base64"},
            required = true,
            paramLabel = "TEXT",
            description = "The text.")
    private String text = "";

    @Override
    public Integer call() {
        System.out.println(DlsnText.parse(text));
        return 0;
    }
}
