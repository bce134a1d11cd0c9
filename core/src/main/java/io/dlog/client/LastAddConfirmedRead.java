package io.dlog.client;

import io.dlog.client.LedgerException.Code;
import io.dlog.client.ReadAnswer.Outcome;
import io.dlog.ledger.BookieId;
import io.dlog.ledger.LedgerMetadata;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;
import io.dlog.protocol.WireVersion;
import io.dlog.quorum.Coverage;
import io.dlog.quorum.QuorumConfig;
import io.dlog.transport.BookieConnection;
import io.dlog.transport.ConnectionFailure;
import io.dlog.transport.ResponseHandler;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks every bookie of the last ensemble for the last add confirmed it knows of, and takes the highest once enough have
 * answered. Fences nobody.
 *
 * <p>Thread: owned by the ledger's lane, on which the future completes.
 */
final class LastAddConfirmedRead {
    private final LedgerAccess ledger;
    private final List<BookieId> ensemble;
    private final Coverage coverage;
    private final List<String> reasons = new ArrayList<>();
    private final CompletableFuture<Long> result = new CompletableFuture<>();

    private long highest;
    private @Nullable Code worst;

    LastAddConfirmedRead(LedgerAccess ledger, QuorumConfig quorum, LedgerMetadata metadata) {
        this.ledger = ledger;
        this.ensemble = metadata.lastFragment().ensemble();
        this.coverage = new Coverage(quorum);
        // A fragment starts behind the last add that its writer had confirmed.
        this.highest = metadata.lastFragment().firstEntryId() - 1;
    }

    CompletableFuture<Long> start() {
        for (int i = 0; i < ensemble.size(); i++) {
            if (ledger.services().config().wireVersion() == WireVersion.V3) {
                askForLac(i);
            } else {
                ReadAttempt.ask(
                        ledger,
                        i,
                        ensemble.get(i),
                        ReadAttempt.LAST_ENTRY,
                        ReadAttempt.Mode.READ,
                        this::answeredLastEntry);
            }
        }
        return result;
    }

    private void askForLac(int index) {
        BookieConnection connection = ledger.services().connections().to(ensemble.get(index));
        connection.send(
                new Request.ReadLac(connection.nextRequestId(), ledger.ledgerId()),
                new ResponseHandler() {
                    @Override
                    public void onResponse(Response response) {
                        ledger.lane().execute(() -> answeredLac(index, response));
                    }

                    @Override
                    public void onFailure(ConnectionFailure failure) {
                        Code code = failure == ConnectionFailure.TIMEOUT ? Code.TIMEOUT : Code.BOOKIE_UNREACHABLE;
                        ledger.lane().execute(() -> failed(index, code, failure.name()));
                    }
                },
                ledger.services().config().readTimeout().toMillis());
    }

    private void answeredLac(int index, Response response) {
        StatusCode status = response.status();
        if (!(response instanceof Response.Lac lac)) {
            failed(index, status == StatusCode.UNAUTHORIZED ? Code.UNAUTHORIZED : Code.READ_FAILED, status.name());
            return;
        }
        long found = verified(ledger, lac);
        if (found == Response.UNSET) {
            failed(index, Code.DIGEST_MISMATCH, "digest mismatch");
        } else if (status == StatusCode.OK || status == StatusCode.NO_ENTRY || status == StatusCode.NO_LEDGER) {
            answered(index, found);
        } else {
            failed(index, status == StatusCode.UNAUTHORIZED ? Code.UNAUTHORIZED : Code.READ_FAILED, status.name());
        }
    }

    /** What the answer shows under a digest, -1 when nothing; {@link Response#UNSET} when damaged. Takes its buffers. */
    private static long verified(LedgerAccess ledger, Response.Lac lac) {
        long found = LedgerMetadata.NO_ENTRY;
        boolean intact = true;
        ByteBuf explicit = lac.explicitLac();
        if (explicit != null) {
            long value = ledger.digest().openLac(ledger.ledgerId(), explicit);
            intact = value != Response.UNSET;
            found = Math.max(found, value);
        }
        ByteBuf last = lac.lastEntry();
        if (last != null) {
            LedgerEntry entry = ledger.digest().open(ledger.ledgerId(), ReadAttempt.LAST_ENTRY, last);
            intact &= entry != null;
            if (entry != null) {
                found = Math.max(found, entry.lastAddConfirmed());
                entry.close();
            }
        }
        return intact ? found : Response.UNSET;
    }

    /**
     * Asks one bookie, over protocol v3, for the last add confirmed that it can show under a digest. {@code taker} gets it
     * on the ledger's lane, once; {@link Response#UNSET} when the bookie has nothing to show.
     */
    static void ask(LedgerAccess ledger, BookieId bookie, LongConsumer taker) {
        BookieConnection connection = ledger.services().connections().to(bookie);
        connection.send(
                new Request.ReadLac(connection.nextRequestId(), ledger.ledgerId()),
                new ResponseHandler() {
                    @Override
                    public void onResponse(Response response) {
                        ledger.lane()
                                .execute(() -> taker.accept(
                                        response instanceof Response.Lac lac ? verified(ledger, lac) : Response.UNSET));
                    }

                    @Override
                    public void onFailure(ConnectionFailure failure) {
                        ledger.lane().execute(() -> taker.accept(Response.UNSET));
                    }
                },
                ledger.services().config().readTimeout().toMillis());
    }

    private void answeredLastEntry(ReadAnswer answer) {
        if (answer.isFound()) {
            LedgerEntry entry = answer.found();
            answered(answer.index(), entry.lastAddConfirmed());
            entry.close();
        } else if (answer.outcome() == Outcome.ABSENT) {
            answered(answer.index(), LedgerMetadata.NO_ENTRY);
        } else {
            failed(answer.index(), Code.READ_FAILED, answer.why());
        }
    }

    private void answered(int index, long lastAddConfirmed) {
        highest = Math.max(highest, lastAddConfirmed);
        coverage.answered(index);
        if (coverage.isCovered()) {
            result.complete(highest);
        }
    }

    private void failed(int index, Code code, String why) {
        reasons.add(ensemble.get(index) + ": " + why);
        worst = code;
        coverage.failed(index);
        if (coverage.isHopeless() && worst != null) {
            result.completeExceptionally(new LedgerException(
                    worst, "last add confirmed of ledger " + ledger.ledgerId() + ": too few answers, " + reasons));
        }
    }
}
