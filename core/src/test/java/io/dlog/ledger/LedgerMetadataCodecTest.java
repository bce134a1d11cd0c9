package io.dlog.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dlog.testing.Golden;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LedgerMetadataCodecTest {
    private static final BookieId BOOKIE = new BookieId("127.0.0.1:31999");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ledgers/00/0000/L0000",
                "/ledgers/00/0000/L0001",
                "/ledgers/00/0000/L0002",
                "/ledgers/00/0000/L0003",
                "/ledgers/00/0000/L0004",
                "/ledgers/00/0000/L0005",
                "/ledgers/000/0000/0781/8749/L3530"
            })
    void rewritesEachRecordedNodeByteForByte(String path) {
        byte[] recorded = Golden.znode(path);
        assertThat(LedgerMetadataCodec.write(LedgerMetadataCodec.read(1, recorded)))
                .isEqualTo(recorded);
    }

    @Test
    void readsAnOpenLedger() {
        LedgerMetadata open = LedgerMetadataCodec.read(1, Golden.znode("/ledgers/00/0000/L0001"));
        assertThat(open.state()).isEqualTo(LedgerState.OPEN);
        assertThat(open.fragments()).containsExactly(new LedgerFragment(0, List.of(BOOKIE)));
        assertThat(open.digestType()).isEqualTo(DigestType.CRC32);
        assertThat(open.password()).isEqualTo("pw".getBytes(StandardCharsets.UTF_8));
        assertThat(open.customMetadata().get("app")).isEqualTo("x".getBytes(StandardCharsets.UTF_8));
        assertThat(open.cToken()).isPositive();
    }

    @Test
    void readsAClosedLedger() {
        LedgerMetadata closed = LedgerMetadataCodec.read(0, Golden.znode("/ledgers/00/0000/L0000"));
        assertThat(closed.isClosed()).isTrue();
        assertThat(closed.lastEntryId()).isEqualTo(1);
        assertThat(closed.length()).isEqualTo(11);
        assertThat(closed.digestType()).isEqualTo(DigestType.MAC);
        assertThat(closed.cToken()).isZero();
    }

    @Test
    void readsTheTextFormAsThatOfALedgerInRecovery() {
        byte[] text = "BookieMetadataFormatVersion\t1\n2\n3\n0\n0\ta:1\tb:1\tc:1\n-102\tCLOSED"
                .getBytes(StandardCharsets.UTF_8);
        LedgerMetadata metadata = LedgerMetadataCodec.read(9, text);
        assertThat(metadata.state()).isEqualTo(LedgerState.IN_RECOVERY);
        assertThat(metadata.ackQuorum()).isEqualTo(2);
        assertThat(LedgerMetadataCodec.write(metadata)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "BookieMetadataFormatVersion",
                "BookieMetadataFormatVersion\t4\n",
                "BookieMetadataFormatVersion\t1\n1\n1\n",
                "BookieMetadataFormatVersion\t1\nx\n1\n1\n0\ta:1\n",
                "BookieMetadataFormatVersion\t1\n2\n1\n1\n0\ta:1\n",
                "BookieMetadataFormatVersion\t2\nquorumSize: 1\n",
                "BookieMetadataFormatVersion\t2\nquorumSize: \"1\n",
                "BookieMetadataFormatVersion\t2\nsegment { segment { segment {",
                "BookieMetadataFormatVersion\t3\n",
                "BookieMetadataFormatVersion\t3\n\u007f\b\u0001"
            })
    void refusesWhatIsNotMetadataAndNamesTheLedger(String text) {
        assertThatThrownBy(() -> LedgerMetadataCodec.read(77, text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ledger 77");
    }

    @Property(tries = 300)
    void anyMetadataSurvivesFormat3(@ForAll("metadata") LedgerMetadata metadata) {
        assertThat(LedgerMetadataCodec.read(metadata.ledgerId(), LedgerMetadataCodec.write(metadata)))
                .isEqualTo(metadata);
    }

    @Property(tries = 300)
    void anyMetadataSurvivesTheTextFormExceptForTheToken(@ForAll("metadata") LedgerMetadata metadata) {
        LedgerMetadata text = inFormat2(metadata);
        assertThat(LedgerMetadataCodec.read(text.ledgerId(), LedgerMetadataCodec.write(text)))
                .isEqualTo(text);
    }

    @Property(tries = 300)
    void damageIsNoticedOrHarmlessButNeverAnotherException(
            @ForAll("metadata") LedgerMetadata metadata, @ForAll int position, @ForAll byte value) {
        byte[] bytes = LedgerMetadataCodec.write(metadata);
        bytes[Math.floorMod(position, bytes.length)] = value;
        try {
            assertThat(LedgerMetadataCodec.read(5, bytes).ledgerId()).isEqualTo(5);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("ledger 5");
        }
    }

    private static LedgerMetadata inFormat2(LedgerMetadata m) {
        return new LedgerMetadata(
                m.ledgerId(),
                m.ensembleSize(),
                m.writeQuorum(),
                m.ackQuorum(),
                m.state(),
                m.lastEntryId(),
                m.length(),
                m.fragments(),
                m.digestType(),
                Objects.requireNonNull(m.password()),
                m.ctimeMillis(),
                0,
                m.customMetadata(),
                2);
    }

    @Provide
    Arbitrary<LedgerMetadata> metadata() {
        Arbitrary<LedgerMetadata> open = Combinators.combine(
                        Arbitraries.longs().greaterOrEqual(0),
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.of(DigestType.values()),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(20),
                        Arbitraries.longs(),
                        Arbitraries.maps(
                                        Arbitraries.strings().ofMaxLength(5),
                                        Arbitraries.bytes().array(byte[].class).ofMaxSize(9))
                                .ofMaxSize(3))
                .as((id, ensemble, digest, password, token, custom) -> LedgerMetadata.open(
                        id, (ensemble + 1) / 2, 1, bookies(ensemble, 0), digest, password, token, custom));
        return Combinators.combine(
                        open,
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.longs().between(0, 1L << 40))
                .as((metadata, shape, number) -> switch (shape) {
                    case 0 -> metadata;
                    case 1 -> metadata.inRecovery();
                    case 2 -> metadata.closedAt(number - 1, number);
                    default -> metadata.withEnsembleAt(number + 1, bookies(metadata.ensembleSize(), 7));
                });
    }

    private static List<BookieId> bookies(int count, int from) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> new BookieId("bookie-" + i + ":3181"))
                .toList();
    }
}
