package io.dlog.interop;

import io.dlog.ledger.DigestType;
import io.dlog.protocol.WireVersion;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** Both wire versions, each with all four digests. */
final class WiresAndDigests implements ArgumentsProvider {
    @Override
    public Stream<Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        return Stream.of(WireVersion.values())
                .flatMap(wire -> Stream.of(DigestType.values()).map(digest -> Arguments.of(wire, digest)));
    }
}
