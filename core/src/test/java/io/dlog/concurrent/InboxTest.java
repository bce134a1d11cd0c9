package io.dlog.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboxTest {
    @Test
    void runsEachSendersMessagesInOrderAndGoesOnAfterOneThatThrows() throws Exception {
        int senders = 4;
        int each = 2000;
        CountDownLatch ran = new CountDownLatch(senders * each);
        List<List<Integer>> seen = new ArrayList<>();
        try (ThreadScheduler scheduler = new ThreadScheduler("inbox-test", 1)) {
            Inbox inbox = new Inbox(scheduler.lane(0));
            List<Thread> threads = new ArrayList<>();
            for (int s = 0; s < senders; s++) {
                List<Integer> mine = new ArrayList<>();
                seen.add(mine);
                threads.add(new Thread(() -> {
                    for (int i = 0; i < each; i++) {
                        int number = i;
                        inbox.send(new Inbox.Message() {
                            @Override
                            protected void run() {
                                mine.add(number);
                                ran.countDown();
                                if (number == each / 2) {
                                    throw new IllegalStateException("one of " + each);
                                }
                            }
                        });
                    }
                }));
            }
            threads.forEach(Thread::start);
            assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
        }
        for (List<Integer> mine : seen) {
            assertThat(mine).hasSize(each).isSorted();
        }
    }

    @Test
    void messagesBehindOneThatThrowsRunBeforeYoungerOnes() throws Exception {
        List<String> seen = new ArrayList<>();
        CountDownLatch ran = new CountDownLatch(3);
        try (ThreadScheduler scheduler = new ThreadScheduler("inbox-test", 1)) {
            Inbox inbox = new Inbox(scheduler.lane(0));
            scheduler.lane(0).execute(() -> {
                inbox.send(note(seen, ran, "throws", () -> {
                    inbox.send(note(seen, ran, "younger", () -> {}));
                    throw new IllegalStateException("the first");
                }));
                inbox.send(note(seen, ran, "behind it", () -> {}));
            });
            assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(seen).containsExactly("throws", "behind it", "younger");
    }

    private static Inbox.Message note(List<String> seen, CountDownLatch ran, String name, Runnable then) {
        return new Inbox.Message() {
            @Override
            protected void run() {
                seen.add(name);
                ran.countDown();
                then.run();
            }
        };
    }
}
