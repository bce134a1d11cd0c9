package io.dlog.metrics;

import java.util.Optional;

/** Whether a part of the process does its work. Thread: asked on the stats server's threads; must not block. */
public interface HealthCheck {
    /** What is wrong, in a sentence; empty when all is well. */
    Optional<String> problem();
}
