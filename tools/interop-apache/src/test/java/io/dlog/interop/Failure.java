package io.dlog.interop;

import org.jspecify.annotations.Nullable;

/** Looks through the wrappers that futures put around a failure. */
final class Failure {
    private Failure() {}

    static boolean isCausedBy(Throwable failure, Class<? extends Throwable> type) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
