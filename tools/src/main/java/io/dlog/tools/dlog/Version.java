package io.dlog.tools.dlog;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the version of the jar and of the Java it runs on. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = DlogMain.class.getPackage().getImplementationVersion();
        return new String[] {
            "dlog " + (version == null ? "(from the source tree)" : version), "java " + Runtime.version()
        };
    }
}
