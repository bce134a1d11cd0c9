package io.dlog.tools.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Locale;

/**
 * Asks whether to go on and reads the answer from stdin: {@code y} and {@code yes} mean yes, {@code n} and {@code no}
 * mean no, anything else is asked again, and the end of the input means no.
 *
 * <p>Thread: owned by its command.
 */
public final class Confirmation {
    private final BufferedReader in;
    private final PrintStream out;

    public Confirmation(BufferedReader in, PrintStream out) {
        this.in = in;
        this.out = out;
    }

    /** On the process's own stdin and stdout. */
    public static Confirmation onConsole() {
        return new Confirmation(
                new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())), System.out);
    }

    /** Asks {@code question} followed by {@code (Y or N)}. */
    public boolean confirm(String question) throws IOException {
        while (true) {
            out.print(question + " (Y or N) ");
            out.flush();
            String answer = in.readLine();
            if (answer == null) {
                out.println();
                return false;
            }
            switch (answer.trim().toLowerCase(Locale.ROOT)) {
                case "y", "yes" -> {
                    return true;
                }
                case "n", "no" -> {
                    return false;
                }
                default -> out.println("Invalid input: " + answer.trim());
            }
        }
    }
}
