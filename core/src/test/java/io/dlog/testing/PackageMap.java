package io.dlog.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The packages of one module in the order in which they may use each other: a package may use those before it and none
 * behind it. A package that is not on the map is an error too, so the map is always whole.
 *
 * <p>Thread: immutable.
 */
public final class PackageMap {
    private static final String ROOT = "io.dlog.";

    private final List<String> rows;
    private final JavaClasses classes;

    /**
     * @param module what the module's packages start with, below {@code io.dlog}; empty for core
     * @param rows package names below {@code io.dlog}, lowest first
     */
    public PackageMap(String module, List<String> rows) {
        this.rows = rows;
        this.classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("test-classes") && !location.contains("/testing/"))
                .importPackages(rows.stream().map(row -> ROOT + row).toArray(String[]::new))
                .that(new DescribedPredicate<JavaClass>("in module " + module) {
                    @Override
                    public boolean test(JavaClass javaClass) {
                        return rowOf(javaClass.getPackageName()) >= 0
                                || javaClass.getPackageName().startsWith(ROOT + module);
                    }
                });
    }

    /** Every edge against the order of the map, and every package that is not on it. */
    public List<String> violations() {
        List<String> violations = new ArrayList<>();
        for (JavaClass from : classes) {
            int fromRow = rowOf(from.getPackageName());
            if (fromRow < 0) {
                violations.add(from.getName() + " lies in a package that is not on the map");
                continue;
            }
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                int toRow =
                        rowOf(dependency.getTargetClass().getBaseComponentType().getPackageName());
                if (toRow > fromRow) {
                    violations.add(dependency.getDescription());
                }
            }
        }
        return violations;
    }

    /** Fails unless only {@code allowedRows} use anything from packages that match {@code libraryPackages}. */
    public void onlyThese(Set<String> allowedRows, String... libraryPackages) {
        noClasses()
                .that(outside(allowedRows))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraryPackages)
                .allowEmptyShould(true)
                .check(classes);
    }

    /** Fails unless only {@code allowedRows} call the methods or constructors {@code Type.member} of {@code targets}. */
    public void onlyTheseCall(Set<String> allowedRows, Set<String> targets) {
        noClasses()
                .that(outside(allowedRows))
                .should()
                .accessTargetWhere(new DescribedPredicate<JavaAccess<?>>("target is one of " + targets) {
                    @Override
                    public boolean test(JavaAccess<?> access) {
                        return targets.contains(access.getTargetOwner().getName() + "."
                                + access.getTarget().getName());
                    }
                })
                .allowEmptyShould(true)
                .check(classes);
    }

    private static DescribedPredicate<JavaClass> outside(Set<String> allowedRows) {
        return new DescribedPredicate<>("outside " + allowedRows) {
            @Override
            public boolean test(JavaClass javaClass) {
                String name = javaClass.getPackageName();
                return name.length() < ROOT.length() || !allowedRows.contains(name.substring(ROOT.length()));
            }
        };
    }

    private int rowOf(String packageName) {
        return packageName.startsWith(ROOT) ? rows.indexOf(packageName.substring(ROOT.length())) : -1;
    }
}
