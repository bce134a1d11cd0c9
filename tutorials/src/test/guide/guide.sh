#!/usr/bin/env bash
# The cluster guide (docs/deployment/cluster.md) as a test: the same commands in a scratch home, with ports and
# directories moved so that several runs and a real cluster can live beside each other.
#
#   guide.sh REPOSITORY SCRATCH FIRST-PORT [LAST-STEP]     DLOG_CLASSPATH: what bin/dlog runs instead of building
#
# Mapping: 2181 2710 3710 3181-3 9001-3 4181-3 20001-3 -> FIRST-PORT + 0...15, /tmp/data -> SCRATCH/data.
# Every step says what it checks; the first that fails ends the run with status 1 and the services' last words.
set -uo pipefail
repository=$1
scratch=$2
base=$3
last_step=${4:-}
zk_port=$base
DL_HOME=$scratch/home
data=$scratch/data
export DL_HOME
unset WP_NAMESPACE WP_SHARD_ID WP_SERVICE_PORT WP_STATS_PORT WP_CONF_FILE BOOKIE_CONF SERVICE_PORT DLOG_HOME
unset DLOG_LOG_DIR DLOG_PID_DIR DLOG_CONF_DIR
mkdir -p "$DL_HOME/tutorials"
cp -r "$repository/bin" "$repository/conf" "$DL_HOME/"
cp -r "$repository/tutorials/bin" "$DL_HOME/tutorials/"
cd "$DL_HOME" || exit 1

map() {
  sed -e "s#/tmp/data#$data#g" -e "s/2181/$zk_port/g" -e "s/2710/$((base + 1))/g" -e "s/3710/$((base + 2))/g" \
    -e "s/\\b318\\([123]\\)/@b\\1@/g" -e "s/\\b900\\([123]\\)/@s\\1@/g" \
    -e "s/\\b418\\([123]\\)/@p\\1@/g" -e "s/\\b2000\\([123]\\)/@t\\1@/g" \
    -e "s/@b1@/$((base + 3))/g;s/@b2@/$((base + 4))/g;s/@b3@/$((base + 5))/g" \
    -e "s/@s1@/$((base + 6))/g;s/@s2@/$((base + 7))/g;s/@s3@/$((base + 8))/g" \
    -e "s/@p1@/$((base + 9))/g;s/@p2@/$((base + 10))/g;s/@p3@/$((base + 11))/g" \
    -e "s/@t1@/$((base + 12))/g;s/@t2@/$((base + 13))/g;s/@t3@/$((base + 14))/g"
}
for file in conf/*; do
  map <"$file" >"$file.mapped" && cat "$file.mapped" >"$file" && rm "$file.mapped"
done

own_pids=()
cleanup() {
  local file pid
  for pid in "${own_pids[@]:-}"; do [[ -n $pid ]] && kill "$pid" 2>/dev/null; done
  for file in pids/*.pid; do
    [[ -f $file ]] || continue
    pid=$(<"$file")
    kill "$pid" 2>/dev/null
    for ((n = 0; n < 100; n++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null
  done
}
trap cleanup EXIT

step=""
die() {
  echo "FAILED: $step: $*"
  for file in logs/*; do
    [[ -f $file ]] && echo "--- $file" && tail -n 15 "$file"
  done
  exit 1
}
say() {
  if [[ -n $step && $step == "$last_step" ]]; then
    echo "guide: OK up to '$step'"
    exit 0
  fi
  step=$1
  printf '== %s (%ss)\n' "$step" "$SECONDS"
}
# run "COMMAND of the guide": mapped, in a shell as an operator would.
run() {
  local command
  command=$(map <<<"$1")
  echo "\$ $command"
  bash -c "$command" 2>&1
}
expect() { # expect TEXT OUTPUT
  local text
  text=$(map <<<"$1")
  grep -q -F -e "$text" <<<"$2" || die "no line '$text' in:
$2"
}
zk() { bin/dlog zkshell "localhost:$zk_port" "$@" 2>&1; }
# until_ok SECONDS COMMAND...: polls a condition until it holds, at most that long.
until_ok() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

say "zookeeper: configure and start"
run 'cp conf/zookeeper.conf.template conf/zookeeper.conf' || die "cp"
run 'mkdir -p /tmp/data/zookeeper/txlog' || die "mkdir"
run 'echo "1" > /tmp/data/zookeeper/myid' || die "myid"
out=$(run './bin/dlog-daemon.sh start zookeeper ${DL_HOME}/conf/zookeeper.conf') || die "$out"
expect 'doing start zookeeper ...' "$out"

say "zookeeper: the shell shows the empty tree"
out=$(run 'echo "ls /" | ./bin/dlog zkshell localhost:2181') || die "$out"
for line in 'Connecting to localhost:2181' 'Welcome to ZooKeeper!' 'JLine support is enabled' 'WATCHER::' \
  'WatchedEvent state:SyncConnected type:None path:null' '[zk: localhost:2181(CONNECTED) 0] ls /' '[zookeeper]'; do
  expect "$line" "$out"
done

say "bookies: configure"
for n in 1 2 3; do
  run "cp conf/bookie.conf.template conf/bookie-$n.conf" || die "cp"
  # The settings as the guide prints them, the number of a line before one key included.
  map <<CONF >>"conf/bookie-$n.conf"
zkServers=localhost:2181
zkLedgersRootPath=/messaging/bookkeeper/ledgers
# Port that bookie server listen on
bookiePort=318$n
# Exporting codahale stats
185 codahaleStatsHttpPort=900$n
# Directory Bookkeeper outputs its write ahead log
journalDirectory=/tmp/data/bk-$n/journal
# Directory Bookkeeper outputs ledger snapshots
ledgerDirectories=/tmp/data/bk-$n/ledgers
# Directory in which index files will be stored.
indexDirectories=/tmp/data/bk-$n/ledgers
CONF
done

say "bookies: create the ledgers path and format the metadata"
out=$(run "printf \"create /messaging ''\\ncreate /messaging/bookkeeper ''\\ncreate /messaging/bookkeeper/ledgers ''\\n\" | ./bin/dlog zkshell localhost:2181") || die "$out"
expect 'Created /messaging' "$out"
expect 'Created /messaging/bookkeeper' "$out"
expect 'Created /messaging/bookkeeper/ledgers' "$out"
expect '[zk: localhost:2181(CONNECTED) 3]' "$out"
out=$(zk stat /messaging/bookkeeper)
expect 'dataLength = 0' "$out"
out=$(run 'echo Y | BOOKIE_CONF=${DL_HOME}/conf/bookie-1.conf ./bin/dlog bkshell metaformat') || die "$out"
expect 'Are you sure to format bookkeeper metadata ? (Y or N) ' "$out"

say "bookies: format the disks"
for n in 1 2 3; do
  # No answer on stdin: empty directories hold nothing to ask about.
  out=$(run "BOOKIE_CONF=\${DL_HOME}/conf/bookie-$n.conf ./bin/dlog bkshell bookieformat </dev/null") || die "$out"
done

say "bookies: start"
for n in 1 2 3; do
  out=$(run "SERVICE_PORT=318$n ./bin/dlog-daemon.sh start bookie --conf \${DL_HOME}/conf/bookie-$n.conf") || die "$out"
  expect 'starting bookie, logging to' "$out"
done
out=$(run 'echo "ls /messaging/bookkeeper/ledgers/available" | ./bin/dlog zkshell localhost:2181') || die "$out"
expect '[127.0.0.1:3181, 127.0.0.1:3182, 127.0.0.1:3183, readonly]' "$out"
out=$(run 'curl -s localhost:9001/ping') || die "$out"
expect 'pong' "$out"
out=$(run 'curl -s "localhost:9002/metrics?pretty=true"') || die "$out"
expect '"gauges"' "$out"

say "bookies: stop one"
out=$(run './bin/dlog-daemon.sh stop bookie') || die "$out"
expect 'no bookie to stop' "$out"
out=$(run 'SERVICE_PORT=3181 ./bin/dlog-daemon.sh stop bookie') || die "$out"
for line in 'doing stop bookie ...' 'stopping bookie' 'Shutdown is in progress... Please wait...' 'Shutdown completed.'; do
  expect "$line" "$out"
done

say "bookies: the stopped one comes back read-only"
out=$(run 'SERVICE_PORT=3181 ./bin/dlog-daemon.sh start bookie --conf ${DL_HOME}/conf/bookie-1.conf --readonly') || die "$out"
out=$(run 'printf "ls /messaging/bookkeeper/ledgers/available\nls /messaging/bookkeeper/ledgers/available/readonly\n" | ./bin/dlog zkshell localhost:2181') || die "$out"
expect '[127.0.0.1:3182, 127.0.0.1:3183, readonly]' "$out"
expect '[127.0.0.1:3181]' "$out"

say "bookies: and writable again"
run 'SERVICE_PORT=3181 ./bin/dlog-daemon.sh stop bookie' >/dev/null || die "stop"
out=$(run 'SERVICE_PORT=3181 ./bin/dlog-daemon.sh start bookie --conf ${DL_HOME}/conf/bookie-1.conf') || die "$out"
out=$(zk ls /messaging/bookkeeper/ledgers/available)
expect '[127.0.0.1:3181, 127.0.0.1:3182, 127.0.0.1:3183, readonly]' "$out"

namespace=distributedlog://127.0.0.1:2181/messaging/distributedlog/mynamespace
say "namespace: bind"
out=$(run "bin/dlog admin bind -dlzr 127.0.0.1:2181 -dlzw 127.0.0.1:2181 -s 127.0.0.1:2181 -bkzr 127.0.0.1:2181 -l /messaging/bookkeeper/ledgers -i false -r true -c $namespace") || die "$out"
expect "No bookkeeper is bound to $namespace" "$out"
expect "Created binding on $namespace." "$out"

say "proxies: start three"
for n in 1 2 3; do
  out=$(run "WP_SHARD_ID=$n WP_SERVICE_PORT=418$n WP_STATS_PORT=2000$n ./bin/dlog-daemon.sh start writeproxy") || die "$out"
done
out=$(run 'echo "ls /messaging/distributedlog/mynamespace/.write_proxy" | ./bin/dlog zkshell localhost:2181') || die "$out"
expect '[member_0000000000, member_0000000001, member_0000000002]' "$out"
out=$(run 'curl -s localhost:20001/ping') || die "$out"
expect 'pong' "$out"

say "streams: create"
out=$(run "echo Y | ./bin/dlog tool create -u $namespace -r stream- -e 0-10") || die "$out"
expect 'You are going to create streams : [stream-0, stream-1, stream-2, stream-3, stream-4, stream-5, stream-6, stream-7, stream-8, stream-9, stream-10] (Y or N) ' "$out"
out=$(run "./bin/dlog tool list -u $namespace") || die "$out"
for n in 0 1 2 3 4 5 6 7 8 9 10; do expect "stream-$n" "$out"; done

start_tutorial() { # start_tutorial FILE ARGS...: in the background; its pid goes to own_pids
  local file=$1
  shift
  ./tutorials/bin/runner run "$@" >"$file" 2>&1 &
  own_pids+=($!)
}
lines() { [[ $(grep -c -e "$2" "$1") -ge $3 ]]; }
name=$(map <<<'zk!127.0.0.1:2181!/messaging/distributedlog/mynamespace/.write_proxy')
uri=$(map <<<"$namespace")

say "streams: records written through the proxies appear in MultiReader"
mkdir -p "$scratch/out"
start_tutorial "$scratch/out/reader" com.twitter.distributedlog.basic.MultiReader "$uri" \
  stream-0,stream-1,stream-2,stream-3,stream-4,stream-5,stream-6,stream-7,stream-8,stream-9,stream-10
until_ok 30 lines "$scratch/out/reader" 'Open reader to read records from stream stream-10' 1 || die "$(<"$scratch/out/reader")"
start_tutorial "$scratch/out/generator-0" com.twitter.distributedlog.basic.RecordGenerator "$name" stream-0 100
start_tutorial "$scratch/out/generator-1" com.twitter.distributedlog.basic.RecordGenerator "$name" stream-1 100
until_ok 30 lines "$scratch/out/generator-0" '^Write [0-9]*00 records\.$' 2 || die "$(<"$scratch/out/generator-0")"
until_ok 30 lines "$scratch/out/reader" '^Received record DLSN{logSegmentSequenceNo=1, entryId=[0-9]*, slotId=[0-9]*} from stream stream-0$' 100 || die "$(tail -n 40 "$scratch/out/reader")"
until_ok 30 lines "$scratch/out/reader" '^Received record DLSN{.*} from stream stream-1$' 100 || die "$(tail -n 40 "$scratch/out/reader")"
until_ok 30 lines "$scratch/out/reader" '^record-[0-9]\{13\}$' 200 || die "$(tail -n 40 "$scratch/out/reader")"

say "proxies: one is removed and writes go on"
out=$(run 'WP_SHARD_ID=1 WP_SERVICE_PORT=4181 WP_STATS_PORT=10001 ./bin/dlog-daemon.sh stop writeproxy') || die "$out"
member_is_gone() { ! zk ls /messaging/distributedlog/mynamespace/.write_proxy | grep -q member_0000000000; }
until_ok 15 member_is_gone || die "$(zk ls /messaging/distributedlog/mynamespace/.write_proxy)"
before=$(grep -c 'from stream stream-0$' "$scratch/out/reader")
before1=$(grep -c 'from stream stream-1$' "$scratch/out/reader")
until_ok 60 lines "$scratch/out/reader" 'from stream stream-0$' $((before + 200)) || die "$(tail -n 20 "$scratch/out/generator-0")"
until_ok 60 lines "$scratch/out/reader" 'from stream stream-1$' $((before1 + 200)) || die "$(tail -n 20 "$scratch/out/generator-1")"

say "done"
echo "guide: OK"
