package io.dlog.protocol;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an unmodified Apache BookKeeper 4.17.2 bookie was sent and answered; the file says how it was recorded. */
final class GoldenVectors {
    static final String FILE = "/golden/bookkeeper-4.17.2-wire.txt";

    private GoldenVectors() {}

    /**
     * One request and what came back.
     *
     * @param request hex, with the length before the frame
     * @param response hex, without that length; or RESET, CLOSED, TIMEOUT
     */
    record Exchange(String name, String request, String response) {
        boolean isAnswered() {
            return response.matches("[0-9a-f]+");
        }

        boolean isReset() {
            return response.equals("RESET");
        }

        /** The request is v3 exactly when its frame starts with the header's tag. */
        boolean isV3() {
            return request.startsWith("0a", 8);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<String> lines() {
        try (InputStream in = GoldenVectors.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new AssertionError("no resource " + FILE);
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(FILE, e);
        }
    }

    static List<Exchange> exchanges() {
        List<Exchange> exchanges = new ArrayList<>();
        String name = "";
        Optional<String> request = Optional.empty();
        for (String line : lines()) {
            if (line.startsWith("  > ")) {
                request = Optional.of(line.substring(4).trim());
            } else if (line.startsWith("  < ") && request.isPresent()) {
                exchanges.add(
                        new Exchange(name, request.get(), line.substring(4).trim()));
                request = Optional.empty();
            } else {
                name = line;
            }
        }
        return exchanges;
    }
}
