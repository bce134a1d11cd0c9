package io.dlog.tools.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The pictures of bytes on the pages of formats are those of the classes that read and write them: a picture follows a line
 * {@code From `package.Class`:} and is the class's.
 */
final class FormatPagesTest {
    private static final Pattern PICTURE = Pattern.compile("(?ms)^From `([\\w.]+)`:\\n\\n```\\n(.*?)^```");
    private static final Pattern JAVADOC_PICTURE = Pattern.compile("(?s)<pre>\\n(.*?)\\n \\* </pre>");

    /** Classes whose bytes leave the process. */
    private static final List<String> FORMATS = List.of(
            "protocol.BinaryCodec",
            "protocol.ProtobufCodec",
            "protocol.FrameCodec",
            "ledger.EntryHeader",
            "ledger.EntryDigest",
            "ledger.LedgerMetadataCodec",
            "metadata.zookeeper.LedgerLayout",
            "metadata.zookeeper.BookieRegistrationNodes",
            "metadata.zookeeper.BookieServiceInfoCodec",
            "bookie.Cookie",
            "bookie.journal.JournalFormat",
            "bookie.entrylog.EntryLogFormat",
            "bookie.index.RunFormat",
            "bookie.index.LogIndex",
            "bookie.index.IndexedLedger",
            "bookie.index.StorageMeta",
            "log.record.EntryFormat",
            "log.record.LogRecordSet",
            "log.record.DLSN",
            "log.segment.LogSegmentMetadataCodec",
            "log.namespace.NamespaceBindingCodec",
            "log.zookeeper.LogCatalogNodes",
            "log.zookeeper.WriteLockNodes",
            "proxyclient.zookeeper.ServerSetMemberFormat");

    private static List<Path> pages() {
        return Repository.pages().stream()
                .filter(page -> page.toString().contains("/formats/"))
                .toList();
    }

    @Test
    void everyPictureIsTheOneOfItsClass() {
        for (Path page : pages()) {
            Matcher picture = PICTURE.matcher(Repository.text(page));
            while (picture.find()) {
                assertThat(picture.group(2)).as(page + " " + picture.group(1)).isEqualTo(ofClass(picture.group(1)));
            }
        }
    }

    @Test
    void noFormatIsMissing() {
        String all = pages().stream().map(Repository::text).collect(Collectors.joining());
        assertThat(FORMATS).allSatisfy(format -> assertThat(all).contains("From `" + format + "`:\n"));
    }

    /** The picture in the class's own Javadoc, as text. */
    private static String ofClass(String name) {
        String source =
                Repository.text(Repository.source(name).orElseThrow(() -> new AssertionError("no class " + name)));
        Matcher picture = JAVADOC_PICTURE.matcher(source);
        assertThat(picture.find()).as("picture of %s", name).isTrue();
        return picture.group(1)
                .lines()
                .map(line -> line.replaceFirst("^ \\* ?", ""))
                .map(line -> line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
                .map(line -> line.replaceAll("\\{@link (\\w+)}", "$1"))
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
