package io.dlog.tutorials;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Runs a tutorial so that the tutorial need not say what happens when it fails: one line on stderr and status 1. The system
 * property {@code dlog.cli.level}, which switches the log on, adds the stack trace. Arguments: the tutorial's class, and
 * what it is given.
 */
public final class Runner {
    private Runner() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        String[] rest = Arrays.copyOfRange(args, 1, args.length);
        try {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
        } catch (ClassNotFoundException | NoSuchMethodException notOne) {
            fail("no tutorial " + args[0] + "; tutorials/bin/runner help lists them", notOne);
        } catch (InvocationTargetException failed) {
            Throwable reason = failed.getCause() == null ? failed : failed.getCause();
            while ((reason instanceof ExecutionException || reason instanceof CompletionException)
                    && reason.getCause() != null) {
                reason = reason.getCause();
            }
            String message = reason.getMessage();
            fail(message == null || message.isBlank() ? reason.toString() : message, failed);
        }
    }

    private static void fail(String sentence, Throwable failure) {
        System.out.flush();
        System.err.println("runner: " + sentence);
        if (System.getProperty("dlog.cli.level") != null) {
            failure.printStackTrace();
        }
        System.exit(1);
    }
}
