package io.dlog.proxyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.dlog.log.StatusCode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static Set<StatusCode> codesOf(RetryPolicy policy) {
        EnumSet<StatusCode> codes = EnumSet.noneOf(StatusCode.class);
        Arrays.stream(StatusCode.values())
                .filter(code -> RetryPolicy.of(code) == policy)
                .forEach(codes::add);
        return codes;
    }

    @Test
    void onlySuccessIsDoneAndOnlyFoundNamesAnOwner() {
        assertThat(codesOf(RetryPolicy.DONE)).containsExactly(StatusCode.SUCCESS);
        assertThat(codesOf(RetryPolicy.FOLLOW_OWNER)).containsExactly(StatusCode.FOUND);
    }

    @Test
    void whatNoProxyCanChangeFailsAtOnce() {
        assertThat(codesOf(RetryPolicy.FAIL))
                .containsExactlyInAnyOrder(
                        StatusCode.OVER_CAPACITY,
                        StatusCode.NOT_IMPLEMENTED,
                        StatusCode.METADATA_EXCEPTION,
                        StatusCode.LOG_EMPTY,
                        StatusCode.LOG_NOT_FOUND,
                        StatusCode.LOG_EXISTS,
                        StatusCode.TRUNCATED_TRANSACTION,
                        StatusCode.END_OF_STREAM,
                        StatusCode.TRANSACTION_OUT_OF_ORDER,
                        StatusCode.INVALID_STREAM_NAME,
                        StatusCode.REQUEST_DENIED,
                        StatusCode.TOO_LARGE_RECORD,
                        StatusCode.CHECKSUM_FAILED,
                        StatusCode.STREAM_NOT_READY);
    }

    @Test
    void aProxyThatLeavesIsLeftAndOneThatCannotNowIsPassedBy() {
        assertThat(codesOf(RetryPolicy.LEAVE_HOST)).containsExactly(StatusCode.SERVICE_UNAVAILABLE);
        assertThat(codesOf(RetryPolicy.REDIRECT))
                .containsExactlyInAnyOrder(StatusCode.REGION_UNAVAILABLE, StatusCode.TOO_MANY_STREAMS);
    }

    @Test
    void everyOtherStatusForgetsTheOwnerAndAsksAgain() {
        assertThat(codesOf(RetryPolicy.FORGET_OWNER))
                .contains(StatusCode.LOCKING_EXCEPTION, StatusCode.BK_TRANSMIT_ERROR, StatusCode.STREAM_UNAVAILABLE)
                .hasSize(StatusCode.values().length - 1 - 1 - 14 - 1 - 2);
    }
}
