package io.dlog.testing;

import io.dlog.concurrent.ThreadScheduler;
import io.dlog.log.lock.WriteLock;
import org.junit.jupiter.api.AfterEach;

final class InMemoryWriteLocksTest extends WriteLockContract {
    private final ThreadScheduler scheduler = new ThreadScheduler("test", 1);
    private final InMemoryWriteLocks locks = new InMemoryWriteLocks(scheduler.lane(0), new StoreFaults());

    @Override
    protected WriteLock lock(String clientId, int session) {
        return locks.lock(clientId, session);
    }

    @Override
    protected void expire(int session) {
        locks.expire(session);
    }

    @AfterEach
    void close() {
        scheduler.close();
    }
}
