package io.dlog.bookie.server;

import io.dlog.bookie.server.RequestHandlers.Progress;
import io.dlog.protocol.Request;
import io.dlog.protocol.Response;
import io.dlog.protocol.StatusCode;

/** Tells how much room there is; only what was asked for. Thread: safe, because it holds no state. */
final class BookieInfoHandler {
    private static final long TOTAL = 1;
    private static final long FREE = 2;

    private final DiskSpace disks;

    BookieInfoHandler(DiskSpace disks) {
        this.disks = disks;
    }

    Progress handle(Request.BookieInfo info, ClientConnection connection) {
        connection.answer(new Response.BookieInfo(
                info.requestId(),
                StatusCode.OK,
                (info.requested() & TOTAL) != 0 ? disks.totalBytes() : Response.UNSET,
                (info.requested() & FREE) != 0 ? disks.freeBytes() : Response.UNSET));
        return Progress.TAKEN;
    }
}
