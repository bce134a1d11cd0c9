# Sourced by dlog, dlog-daemon.sh and tutorials/bin/runner: where things are, the class path, the flags of the JVM.
# Sets DLOG_HOME, JAVA and, through the functions below, CLASSPATH and JVM_FLAGS. Works from any directory, through
# symbolic links, in a source tree and in an unpacked distribution (which has lib/ and needs no Maven).

# The directory a script really lies in, symbolic links followed.
real_dir() {
  local path=$1 target
  while [[ -L $path ]]; do
    target=$(readlink "$path")
    [[ $target == /* ]] || target=$(dirname "$path")/$target
    path=$target
  done
  cd -P "$(dirname "$path")" && pwd
}

fail() {
  echo "dlog: $*" >&2
  exit 1
}

DLOG_HOME=${DLOG_HOME:-$(cd "$(real_dir "${BASH_SOURCE[0]}")/.." && pwd)}
export DLOG_HOME
DLOG_CONF_DIR=${DLOG_CONF_DIR:-$DLOG_HOME/conf}
if [[ -f $DLOG_CONF_DIR/dlogenv.sh ]]; then
  # shellcheck source=../conf/dlogenv.sh
  . "$DLOG_CONF_DIR/dlogenv.sh"
fi
export DLOG_LOG_DIR=${DLOG_LOG_DIR:-$DLOG_HOME/logs}
export DLOG_PID_DIR=${DLOG_PID_DIR:-$DLOG_HOME/pids}

if [[ -n ${JAVA_HOME:-} ]]; then JAVA=$JAVA_HOME/bin/java; else JAVA=java; fi

# Whether a module of the source tree is built: its class path file is there and every jar it names.
is_built() {
  local file=$DLOG_HOME/$1/target/classpath jar
  [[ -s $file ]] && compgen -G "$DLOG_HOME/$1/target/dlog-$1-*.jar" >/dev/null || return 1
  local -a jars
  IFS=: read -r -a jars <"$file"
  for jar in "${jars[@]}"; do [[ -e $jar ]] || return 1; done
}

# Builds the source tree once, however many commands ask for it at the same time.
build_once() {
  [[ -f $DLOG_HOME/pom.xml ]] || fail "neither lib/ nor pom.xml in $DLOG_HOME: unpack a distribution or check out the sources"
  command -v mvn >/dev/null || fail "the project is not built and there is no mvn: install Maven 3.8 or newer, or unpack a distribution"
  mkdir -p "$DLOG_HOME/target"
  (
    if command -v flock >/dev/null; then flock 9; fi
    if ! is_built "$1"; then
      echo "dlog: not built yet, building (mvn -q -DskipTests package) ..." >&2
      cd "$DLOG_HOME" && mvn -q -B -Dstyle.color=never -DskipTests package >&2 || exit 1
    fi
  ) 9>"$DLOG_HOME/target/.build-lock" || fail "the build failed; run 'mvn -DskipTests package' in $DLOG_HOME to see why"
}

# use_classpath MODULE: sets CLASSPATH to the module (tools or tutorials) and all it needs.
use_classpath() {
  local module=$1 jar
  if [[ -n ${DLOG_CLASSPATH:-} ]]; then
    CLASSPATH=$DLOG_CLASSPATH
  elif [[ -d $DLOG_HOME/lib ]]; then
    CLASSPATH=$DLOG_HOME/lib/*
  else
    is_built "$module" || build_once "$module"
    jar=$(compgen -G "$DLOG_HOME/$module/target/dlog-$module-*.jar" | grep -v -e '-tests\.jar$' -e '-sources\.jar$' | head -n 1)
    CLASSPATH=$jar:$(<"$DLOG_HOME/$module/target/classpath")
  fi
  [[ -z ${DLOG_EXTRA_CLASSPATH:-} ]] || CLASSPATH=$DLOG_EXTRA_CLASSPATH:$CLASSPATH
  export CLASSPATH
}

# use_java: checks that there is a Java and that it is new enough.
use_java() {
  command -v "$JAVA" >/dev/null || fail "no java found: install Java 17 or newer, or set JAVA_HOME"
}

# use_jvm_flags command|demo|cluster|daemon: sets JVM_FLAGS.
use_jvm_flags() {
  # Buffers of Netty and RocksDB lie outside the heap; Netty frees them at once only when java.nio is open to it.
  local -a open=(--add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED
    -Dio.netty.tryReflectionSetAccessible=true)
  JVM_FLAGS=(-Djava.net.preferIPv4Stack=true -Ddlog.home="$DLOG_HOME")
  case $1 in
    command)
      # A command lives for a second: the first compiler and a small collector make it start fastest.
      JVM_FLAGS+=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -XX:-UsePerfData)
      JVM_FLAGS+=("-Dlogback.configurationFile=${DLOG_LOG_CONF:-$DLOG_CONF_DIR/logback-cli.xml}")
      ;;
    demo | cluster)
      # ZooKeeper, three bookies and a proxy in 1 GiB: heap, 3 log buffers of 48 MiB and Netty's buffers, classes and code.
      JVM_FLAGS+=("${open[@]}" -XX:+ExitOnOutOfMemoryError -XX:+UseSerialGC -Xmx320m -XX:MaxDirectMemorySize=256m
        -XX:MaxMetaspaceSize=192m -XX:ReservedCodeCacheSize=96m -XX:-UsePerfData)
      # The demo is over before the second compiler pays: half the CPU time, first record in two thirds of the time.
      if [[ $1 == demo ]]; then JVM_FLAGS+=(-XX:TieredStopAtLevel=1); fi
      JVM_FLAGS+=("-Dlogback.configurationFile=${DLOG_LOG_CONF:-$DLOG_CONF_DIR/logback-cli.xml}")
      ;;
    daemon)
      JVM_FLAGS+=("${open[@]}" -XX:+ExitOnOutOfMemoryError)
      JVM_FLAGS+=("-Dlogback.configurationFile=${DLOG_LOG_CONF:-$DLOG_CONF_DIR/logback.xml}")
      ;;
  esac
  if [[ -t 0 && -t 1 ]]; then JVM_FLAGS+=(-Ddlog.terminal=true); fi
  # shellcheck disable=SC2206 # several flags in one variable, on purpose
  JVM_FLAGS+=(${DLOG_EXTRA_OPTS:-})
}
