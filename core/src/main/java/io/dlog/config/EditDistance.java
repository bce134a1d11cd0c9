package io.dlog.config;

/**
 * How far a mistyped word is from one that was meant: letters inserted, dropped or changed. Thread: safe, because it holds
 * nothing. Source: Levenshtein 1965; one row of the table at a time.
 */
public final class EditDistance {
    private EditDistance() {}

    /** The least number of changes that make one word the other. */
    public static int between(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
