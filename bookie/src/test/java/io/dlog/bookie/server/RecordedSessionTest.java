package io.dlog.bookie.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Sends our server what an Apache bookie was sent, in the same order, and compares the answers. Where we differ on purpose
 * {@link #DIVERGENCES} says how, and why.
 */
final class RecordedSessionTest {
    private static final String FILE = "/golden/bookkeeper-4.17.2-wire.txt";

    private static final Map<String, String> DIVERGENCES = Map.of(
            // BAD_REQUEST: upstream's own journal uses negative entry ids for keys and fences.
            "v2 ADD negative entry id", "0201000000000064000000000000005afffffffffffffffd",
            // BAD_REQUEST: upstream stores such an entry under a ledger other than the one it acknowledges.
            "v3 ADD body ledger mismatch", "0a06080310021816109403aa060708940310581801",
            // An answer: upstream's DbLedgerStorage gives none.
            "v3 GET_LIST",
                    "0a060803100b180d1000e2065e080010081a58" + "0000000000000001" + "00".repeat(56) + "0000000000000000"
                            + "0000000000000000" + "00000001" + "00000000",
            // OK with the explicit LAC: upstream says EIO because there is no entry beside it.
            "v3 READ_LAC 405",
                    "0a060803100718261000c2061f08001095031a18000000000000019500000000000000093132333435363738");

    private record Exchange(String name, String request, String response) {}

    @Test
    void answersAsApachesBookieDidButWhereWeDifferOnPurpose() throws Exception {
        Map<String, String> differences = new LinkedHashMap<>();
        try (TestServer server = new TestServer()) {
            RawClient client = server.connect();
            for (Exchange e : exchanges()) {
                if (!e.name().startsWith("then ")) {
                    client.close();
                    client = server.connect();
                }
                String answer = client.ask(e.request());
                if (e.response().equals("RESET")) {
                    // Answers to what was sent before the fault may come first.
                    while (!answer.equals(RawClient.CLOSED)) {
                        answer = client.receive();
                    }
                } else if (!answer.equals(e.response())) {
                    differences.put(e.name(), answer);
                }
            }
            client.close();
        }
        assertThat(differences).isEqualTo(DIVERGENCES);
    }

    /** Sections A and B; what follows was written by a client that needs metadata. */
    private static List<Exchange> exchanges() throws IOException {
        List<Exchange> exchanges = new ArrayList<>();
        try (InputStream in = RecordedSessionTest.class.getResourceAsStream(FILE)) {
            assertThat(in).as("resource %s", FILE).isNotNull();
            String name = "";
            String request = "";
            for (String line : new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .toList()) {
                if (line.startsWith("## C")) {
                    break;
                } else if (line.startsWith("  > ")) {
                    request = line.substring(4).trim();
                } else if (line.startsWith("  < ")) {
                    exchanges.add(new Exchange(name, request, line.substring(4).trim()));
                } else {
                    name = line;
                }
            }
        }
        assertThat(exchanges).hasSizeGreaterThan(60);
        return exchanges;
    }
}
