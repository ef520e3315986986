package dev.rondo.etcd.integration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.cluster.ClusterClient;
import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.lease.LeaseClient;
import dev.rondo.etcd.wire.KVGrpc;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between the modules, and what they show to users. */
class ArchitectureTest {
  private static final String ROOT = "dev.rondo.etcd";
  private static final String ESCAPE_HATCH = ROOT + ".balancer.grpc";
  private static final String WIRE = ROOT + ".wire";

  /** One class of each module that ships. */
  private static final List<Class<?>> MODULES =
      List.of(
          Etcd.class,
          Bytes.class,
          Connection.class,
          KvClient.class,
          LeaseClient.class,
          ClusterClient.class,
          KVGrpc.class);

  private static final Path[] LOCATIONS =
      MODULES.stream().map(ArchitectureTest::location).toArray(Path[]::new);
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(
              location ->
                  Stream.of(LOCATIONS).anyMatch(shipped -> location.contains(shipped.toString())))
          .importPackages(ROOT);

  private static final String COMPANION = ROOT + ".companion";

  /** On the class path, and so looked at by itself. */
  private static final JavaClasses COMPANION_CLASSES =
      new ClassFileImporter()
          .withImportOption(at -> at.contains(location(CompanionCluster.class).toString()))
          .importPackages(COMPANION);

  private static Path location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(type + " is nowhere", e);
    }
  }

  @Test
  void allModulesAreLookedAt() {
    Set<String> modules =
        ModuleFinder.of(LOCATIONS).findAll().stream()
            .map(module -> module.descriptor().name())
            .collect(Collectors.toSet());

    assertThat(modules)
        .containsExactlyInAnyOrder(
            "dev.rondo.etcd",
            "dev.rondo.etcd.api",
            "dev.rondo.etcd.balancer",
            "dev.rondo.etcd.kv",
            "dev.rondo.etcd.lease",
            "dev.rondo.etcd.cluster",
            "dev.rondo.etcd.wire");
    assertThat(CLASSES).hasSizeGreaterThan(300);
  }

  @ParameterizedTest
  @CsvSource({
    "api,",
    "wire,",
    "balancer, api wire",
    "kv, balancer api wire",
    "lease, balancer api wire",
    "cluster, balancer api wire",
    "'', kv lease cluster balancer api"
  })
  void aModuleKnowsOnlyTheOnesBelowIt(String module, String below) {
    List<String> known = new ArrayList<>(List.of(module));
    known.addAll(below == null ? List.of() : List.of(below.split(" ", -1)));

    noClasses()
        .that(areOf(module))
        .should()
        .dependOnClassesThat(areOursAndOfNoneOf(known))
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> areOf(String module) {
    return DescribedPredicate.describe(
        "are of module '" + module + "'", type -> module.equals(moduleOf(type)));
  }

  private static DescribedPredicate<JavaClass> areOursAndOfNoneOf(List<String> known) {
    return DescribedPredicate.describe(
        "are Rondo's and of none of the modules " + known,
        type ->
            type.getBaseComponentType().getPackageName().startsWith(ROOT)
                && !known.contains(moduleOf(type.getBaseComponentType())));
  }

  /** The name below the root, empty for the facade; the test bed counts as a module too. */
  private static String moduleOf(JavaClass type) {
    String name = type.getPackageName();
    if (!name.startsWith(ROOT + ".")) {
      return name.equals(ROOT) ? "" : name;
    }
    return name.substring(ROOT.length() + 1).split("\\.", -1)[0];
  }

  @Test
  void theCompanionKnowsNoClient() {
    noClasses()
        .should()
        .dependOnClassesThat(areOursAndOfNoneOf(List.of("companion", "wire")))
        .check(COMPANION_CLASSES);
  }

  @ParameterizedTest
  @CsvSource({
    "error,",
    "storage, error",
    "lease, error storage",
    "membership, error storage",
    "watch, error storage",
    "consensus,",
    "consensus.ratis, consensus",
    "engine, error storage lease membership consensus",
    "rpc, error storage membership watch engine"
  })
  void aPackageOfTheCompanionKnowsOnlyTheOnesBelowIt(String name, String below) {
    List<String> known = new ArrayList<>(List.of(COMPANION + "." + name));
    if (below != null) {
      Stream.of(below.split(" ", -1)).map(one -> COMPANION + "." + one).forEach(known::add);
    }

    noClasses()
        .that()
        .resideInAPackage(COMPANION + "." + name)
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are of the companion and of none of " + known,
                type -> isOfTheCompanion(type.getBaseComponentType(), known)))
        .check(COMPANION_CLASSES);
  }

  private static boolean isOfTheCompanion(JavaClass type, List<String> known) {
    return type.getPackageName().startsWith(COMPANION) && !known.contains(type.getPackageName());
  }

  @Test
  void onlyOnePackageKnowsRatis() {
    noClasses()
        .that()
        .resideOutsideOfPackage(COMPANION + ".consensus.ratis")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.ratis..")
        .check(COMPANION_CLASSES);
  }

  @Test
  void noPublicSignatureOfTheCompanionShowsALibrary() {
    classes()
        .that()
        .resideInAPackage(COMPANION)
        .and(areVisible())
        .should(
            showNothingOf("io.grpc", "io.netty", "com.google.protobuf", "org.apache.ratis", WIRE))
        .check(COMPANION_CLASSES);
  }

  @Test
  void noPublicSignatureShowsALibrary() {
    Set<String> exported = exportedToAll();
    assertThat(exported)
        .containsExactlyInAnyOrder(
            ROOT,
            ROOT + ".api",
            ROOT + ".balancer",
            ROOT + ".kv",
            ROOT + ".lease",
            ROOT + ".cluster");

    classes()
        .that()
        .resideInAnyPackage(exported.toArray(String[]::new))
        .and(areVisible())
        .should(
            showNothingOf(
                "io.grpc", "io.netty", "com.google.protobuf", "com.google.common", "dev.failsafe"))
        .check(CLASSES);
  }

  private static Set<String> exportedToAll() {
    return ModuleFinder.of(LOCATIONS).findAll().stream()
        .map(ModuleReference::descriptor)
        .map(ModuleDescriptor::exports)
        .flatMap(Collection::stream)
        .filter(export -> !export.isQualified())
        .map(ModuleDescriptor.Exports::source)
        .filter(name -> !name.equals(ESCAPE_HATCH))
        .collect(Collectors.toSet());
  }

  private static DescribedPredicate<JavaClass> areVisible() {
    return DescribedPredicate.describe("are visible to users", ArchitectureTest::isVisible);
  }

  private static boolean isVisible(JavaClass type) {
    return isVisible(type.getModifiers())
        && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static ArchCondition<JavaClass> showNothingOf(String... libraries) {
    return new ArchCondition<>("show nothing of " + String.join(", ", libraries)) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        shownBy(type)
            .filter(
                shown ->
                    Stream.of(libraries)
                        .anyMatch(
                            library ->
                                shown.type().getPackageName().equals(library)
                                    || shown.type().getPackageName().startsWith(library + ".")))
            .map(shown -> shown.by() + " shows " + shown.type().getFullName())
            .forEach(told -> events.add(SimpleConditionEvent.violated(type, told)));
      }
    };
  }

  /** A class that stands in a signature. */
  private record Shown(String by, JavaClass type) {}

  private static Stream<Shown> shownBy(JavaClass type) {
    Stream<Shown> header =
        Stream.of(
                type.getSuperclass().stream(),
                type.getInterfaces().stream(),
                type.getTypeParameters().stream())
            .flatMap(types -> types)
            .flatMap(shown -> shown(type.getFullName(), shown));
    Stream<Shown> fields =
        type.getFields().stream()
            .filter(field -> isVisible(field.getModifiers()))
            .flatMap(field -> shown(field.getFullName(), field.getType()));
    Stream<Shown> codeUnits =
        type.getCodeUnits().stream()
            .filter(unit -> isVisible(unit.getModifiers()))
            .flatMap(ArchitectureTest::shownBy);
    return Stream.of(header, fields, codeUnits).flatMap(shown -> shown);
  }

  private static Stream<Shown> shownBy(JavaCodeUnit unit) {
    return Stream.of(
            Stream.of(unit.getReturnType()),
            unit.getParameterTypes().stream(),
            unit.getTypeParameters().stream(),
            unit.getExceptionTypes().stream())
        .flatMap(types -> types)
        .flatMap(shown -> shown(unit.getFullName(), shown));
  }

  private static Stream<Shown> shown(String by, JavaType type) {
    return type.getAllInvolvedRawTypes().stream()
        .map(raw -> new Shown(by, raw.getBaseComponentType()));
  }

  @Test
  void whatGrpcMayChangeIsUsedInOnePlace() {
    classes()
        .that()
        .resideOutsideOfPackages(ROOT + ".balancer.channel", ESCAPE_HATCH, WIRE)
        .should(useNothingThatMayChange())
        .check(CLASSES);
  }

  /** Netty has no promise at all; gRPC marks what it has none for. */
  private static ArchCondition<JavaClass> useNothingThatMayChange() {
    return new ArchCondition<>("use nothing of gRPC or Netty that may change") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          JavaClass target = dependency.getTargetClass().getBaseComponentType();
          if (isNetty(target) || mayChange(target)) {
            events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
          }
        }
        for (JavaAccess<?> access : type.getAccessesFromSelf()) {
          if (mayChange(access.getTarget())) {
            events.add(SimpleConditionEvent.violated(type, access.getDescription()));
          }
        }
      }
    };
  }

  private static boolean isNetty(JavaClass type) {
    return type.getPackageName().startsWith("io.netty")
        || type.getPackageName().startsWith("io.grpc.netty");
  }

  private static boolean mayChange(JavaClass type) {
    return type.isAnnotatedWith("io.grpc.ExperimentalApi")
        || type.isAnnotatedWith("io.grpc.Internal")
        || type.getEnclosingClass().map(ArchitectureTest::mayChange).orElse(false);
  }

  private static boolean mayChange(AccessTarget target) {
    return target.isAnnotatedWith("io.grpc.ExperimentalApi")
        || target.isAnnotatedWith("io.grpc.Internal");
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<JavaPackage> packages =
        CLASSES.stream()
            .map(JavaClass::getPackage)
            .filter(found -> !found.getName().equals(WIRE) && found.getName().startsWith(ROOT))
            .collect(Collectors.toSet());

    assertThat(packages).hasSizeGreaterThan(8);
    assertThat(packages)
        .allMatch(
            found -> found.isAnnotatedWith(NullMarked.class),
            "marked: " + packages.stream().map(JavaPackage::getName).collect(joining(", ")));
  }

  @Test
  void classesAreNamedForWhatTheyDo() {
    noClasses()
        .that()
        .resideOutsideOfPackage(WIRE)
        .should()
        .haveNameMatching(".*(Impl|Utils?|Helper)([A-Z].*)?")
        .check(CLASSES);
  }
}
