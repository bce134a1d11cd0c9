package io.dlog.bookie;

import io.dlog.bookie.disk.DirectoryTree;
import io.dlog.bookie.disk.FileSystem;
import io.dlog.bookie.server.DiskSpace;
import io.dlog.concurrent.Lane;
import io.dlog.metrics.Metrics;
import io.dlog.metrics.Metrics.Unit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the room in the ledger and journal directories again and again, and says when there is too little, and again when
 * there is enough.
 *
 * <p>Thread: safe, because what others read is volatile; measuring happens on one lane.
 */
final class Disks implements DiskSpace {
    private static final Logger LOG = LoggerFactory.getLogger(Disks.class);

    /** Room must have grown by this much of the disk before it counts as enough again, so that the mode does not flutter. */
    private static final double HYSTERESIS = 0.02;

    /** What a directory's fill means. */
    enum Fill {
        ENOUGH_ROOM,
        /** Above the threshold; what is left is for repair. */
        FULL,
        /** Not even that is left. */
        EXHAUSTED
    }

    /** Share of a disk below which nothing is taken at all, unless an entry log takes less. */
    private static final double RESERVE = 0.01;

    private final FileSystem files;
    private final List<Path> directories;
    private final double usageMax;
    private final long entryLogBytes;
    private final Duration interval;
    private final Lane lane;
    private final Consumer<Fill> onChange;
    private volatile long totalBytes;
    private volatile long freeBytes;
    private volatile Fill fill = Fill.ENOUGH_ROOM;
    private volatile boolean isClosed;

    /**
     * @param directories whose file systems count, each once
     * @param settings threshold and interval
     * @param onChange told on the lane
     */
    Disks(
            FileSystem files,
            List<Path> directories,
            BookieConfig.Storage settings,
            Lane lane,
            Metrics metrics,
            Consumer<Fill> onChange) {
        this.files = files;
        this.directories = directories;
        this.usageMax = settings.diskUsageMax();
        this.entryLogBytes = settings.entryLogSize().bytes();
        this.interval = settings.diskCheckInterval();
        this.lane = lane;
        this.onChange = onChange;
        metrics.gauge("bookie_disk_total_bytes", Unit.BYTES, "Size of the ledger disks.", () -> totalBytes);
        metrics.gauge("bookie_disk_free_bytes", Unit.BYTES, "Free on the ledger disks.", () -> freeBytes);
    }

    /** Measures once, here, and from then on in intervals. */
    void start() {
        measure();
        measureLater();
    }

    void close() {
        isClosed = true;
    }

    Fill fill() {
        return fill;
    }

    @Override
    public long totalBytes() {
        return totalBytes;
    }

    @Override
    public long freeBytes() {
        return freeBytes;
    }

    private void measureLater() {
        var unused = lane.schedule(
                () -> {
                    if (!isClosed) {
                        measure();
                        measureLater();
                    }
                },
                interval);
    }

    private Fill fillOf(long size, long usable) {
        if (usable < Math.min(entryLogBytes, (long) (size * RESERVE))) {
            return Fill.EXHAUSTED;
        }
        double limit = fill == Fill.ENOUGH_ROOM ? usageMax : usageMax - HYSTERESIS;
        return size > 0 && 1.0 - (double) usable / size > limit ? Fill.FULL : Fill.ENOUGH_ROOM;
    }

    private void measure() {
        Set<Object> seen = new HashSet<>();
        long total = 0;
        long free = 0;
        Fill now = Fill.ENOUGH_ROOM;
        for (Path directory : directories) {
            try {
                if (!seen.add(DirectoryTree.fileSystemOf(directory))) {
                    continue;
                }
                long size = DirectoryTree.totalBytes(directory);
                long usable = files.usableBytes(directory);
                total += size;
                free += usable;
                Fill here = fillOf(size, usable);
                now = here.compareTo(now) > 0 ? here : now;
            } catch (IOException e) {
                LOG.warn("room can't be measured directory={}", directory, e);
            }
        }
        totalBytes = total;
        freeBytes = free;
        if (now != fill) {
            LOG.warn("disk fill changed from={} to={} freeBytes={} totalBytes={}", fill, now, free, total);
            fill = now;
            onChange.accept(now);
        }
    }
}
