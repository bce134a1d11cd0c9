#!/usr/bin/env bash
# Starts and stops services in the background.
#
#   bin/dlog-daemon.sh start|stop SERVICE [arguments of the service] [-force]
#
# SERVICE is zookeeper, bookie or writeproxy. `start` returns 0 once the service has said that it accepts work, and 1
# at once with the reason when it ended before that. Environment: conf/dlogenv.sh.
set -uo pipefail
script=$0
while [[ -L $script ]]; do
  link=$(readlink "$script")
  if [[ $link == /* ]]; then script=$link; else script=$(dirname "$script")/$link; fi
done
# shellcheck source=common.sh
. "$(dirname "$script")/common.sh"

usage() {
  cat <<'USAGE'
Usage: dlog-daemon.sh (start|stop) <service> <args...>
where service is one of:
    zookeeper    CONF                        a ZooKeeper server
    bookie       --conf FILE [--readonly]    a bookie
    writeproxy   [flags of the write proxy]  a write proxy; settings come from WP_* variables
where args of stop is: -force (kill after DLOG_STOP_TIMEOUT seconds)
USAGE
}

if (($# < 2)); then
  echo "Error: no enough arguments provided."
  usage
  exit 1
fi
action=$1
service=$2
shift 2

case $service in
  zookeeper) root_logger=${ZK_ROOT_LOGGER:-} ;;
  bookie) root_logger=${BK_ROOT_LOGGER:-} ;;
  writeproxy)
    root_logger=${WP_ROOT_LOGGER:-}
    # The port says which of the proxies of this machine is meant.
    SERVICE_PORT=${WP_SERVICE_PORT}
    ;;
  *)
    echo "Error: unknown service name $service"
    usage
    exit 1
    ;;
esac
port=${SERVICE_PORT:-0}
timeout_stop=${DLOG_STOP_TIMEOUT:-30}
timeout_start=${DLOG_START_TIMEOUT:-60}
for directory in "$DLOG_LOG_DIR" "$DLOG_PID_DIR"; do
  mkdir -p "$directory" 2>/dev/null && [[ -w $directory ]] ||
    fail "cannot write to $directory; set DLOG_LOG_DIR and DLOG_PID_DIR to directories of yours"
done
pid_file=$DLOG_PID_DIR/dlog-$service-$port.pid
log_name=dlog-$service-${HOSTNAME:-$(hostname)}-$port
out=$DLOG_LOG_DIR/$log_name.out

running_pid() {
  local pid
  [[ -f $pid_file ]] || return 1
  pid=$(<"$pid_file")
  # A pid file may outlive its process, and the number may by now be somebody else's.
  [[ $pid =~ ^[0-9]+$ ]] && kill -0 "$pid" 2>/dev/null || return 1
  if [[ -r /proc/$pid/cmdline ]]; then
    # First the script, which then becomes the JVM.
    [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") =~ (DlogMain|/dlog)\ $service\  ]] || return 1
  fi
  echo "$pid"
}

rotate_out() {
  local n
  [[ -f $out ]] || return 0
  for n in 4 3 2 1; do [[ -f $out.$n ]] && mv -f "$out.$n" "$out.$((n + 1))"; done
  mv -f "$out" "$out.1"
}

start() {
  local pid deadline
  # Builds, when there is something to build, here and not under the start's time limit.
  use_java
  use_classpath tools
  if pid=$(running_pid); then
    echo "$service running as process $pid.  Stop it first."
    exit 1
  fi
  rotate_out
  { : >"$out"; } 2>/dev/null || fail "cannot write $out"
  echo "starting $service, logging to $out"
  export DLOG_LOG_FILE=${DLOG_LOG_FILE:-$log_name.log}
  DLOG_EXTRA_OPTS="${DLOG_EXTRA_OPTS:-} -Ddlog.log.dir=$DLOG_LOG_DIR -Ddlog.log.file=$DLOG_LOG_FILE -Ddlog.log.appender=FILE -Ddlog.log.level=${root_logger%%,*}"
  export DLOG_EXTRA_OPTS
  # A session of its own: a Ctrl-C in this terminal is not for the service.
  if command -v setsid >/dev/null; then
    setsid "$DLOG_HOME/bin/dlog" "$service" "$@" >"$out" 2>&1 </dev/null &
  else
    nohup "$DLOG_HOME/bin/dlog" "$service" "$@" >"$out" 2>&1 </dev/null &
  fi
  pid=$!
  echo "$pid" >"$pid_file"
  deadline=$((SECONDS + timeout_start))
  while ! grep -q -E '^[a-z]+ .*is ready' "$out" 2>/dev/null; do
    if ! kill -0 "$pid" 2>/dev/null; then
      rm -f "$pid_file"
      echo "$service did not start:" >&2
      tail -n 20 "$out" >&2
      exit 1
    fi
    if ((SECONDS >= deadline)); then
      kill "$pid" 2>/dev/null
      rm -f "$pid_file"
      echo "$service was not ready after $timeout_start seconds (DLOG_START_TIMEOUT) and was stopped; see $out and $DLOG_LOG_DIR/$DLOG_LOG_FILE" >&2
      exit 1
    fi
    sleep 0.1
  done
  grep -m 1 -E '^[a-z]+ .*is ready' "$out"
}

stop() {
  local pid deadline force=no shown=0
  [[ ${1:-} == -force ]] && force=yes
  if ! pid=$(running_pid); then
    echo "no $service to stop"
    if [[ -f $pid_file ]]; then
      rm -f "$pid_file"
    elif ((port == 0)) && compgen -G "$DLOG_PID_DIR/dlog-$service-*.pid" >/dev/null; then
      echo "(running on other ports: $(cd "$DLOG_PID_DIR" && ls "dlog-$service-"*.pid | sed 's/.*-\([0-9]*\)\.pid/\1/' | tr '\n' ' ')- say which with SERVICE_PORT=...)"
    fi
    return 0
  fi
  echo "stopping $service"
  kill "$pid"
  deadline=$((SECONDS + timeout_stop))
  local ticks=0
  while kill -0 "$pid" 2>/dev/null; do
    if ((SECONDS >= deadline)); then
      command -v jstack >/dev/null && jstack "$pid" >"$DLOG_LOG_DIR/$log_name.jstack" 2>&1
      if [[ $force == yes ]]; then
        echo "forcefully stopping $service"
        kill -9 "$pid" 2>/dev/null
        rm -f "$pid_file"
        echo "Successfully stopped the process"
        return 0
      fi
      echo "WARNNING : $service is not stopped completely."
      exit 1
    fi
    if ((ticks++ % 10 == 0)); then
      echo "Shutdown is in progress... Please wait..."
      shown=1
    fi
    sleep 0.1
  done
  rm -f "$pid_file"
  ((shown)) || echo "Shutdown is in progress... Please wait..."
  echo "Shutdown completed."
}

case $action in
  start)
    echo "doing start $service ..."
    start "$@"
    ;;
  stop)
    echo "doing stop $service ..."
    stop "$@"
    ;;
  *)
    echo "Error: unknown action $action"
    usage
    exit 1
    ;;
esac
