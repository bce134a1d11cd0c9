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
unset DLOG_LOG_DIR DLOG_PID_DIR DLOG_CONF_DIR DLOG_START_TIMEOUT DLOG_STOP_TIMEOUT
# Many short-lived processes on a small machine: start fast, stay small.
export DLOG_EXTRA_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xmx256m"
mkdir -p "$DL_HOME/tutorials" "$scratch/out"
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
# kill_all PID...: asks, waits ten seconds for all of them together, then insists.
kill_all() {
  local pid n
  kill "$@" 2>/dev/null
  for ((n = 0; n < 100; n++)); do kill -0 "$@" 2>/dev/null || return 0; sleep 0.1; done
  kill -9 "$@" 2>/dev/null
}
cleanup() {
  local service file
  local -a pids
  kill_all "${own_pids[@]}"
  for service in writeproxy bookie zookeeper; do
    pids=()
    for file in pids/dlog-"$service"-*.pid; do [[ -f $file ]] && pids+=("$(<"$file")"); done
    kill_all "${pids[@]}"
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
# http_get URL: what curl prints; not every machine has curl.
http_get() {
  local address path
  address=$(map <<<"${1%%/*}")
  path=/${1#*/}
  {
    exec 3<>"/dev/tcp/${address%:*}/${address#*:}" || return 1
  } 2>/dev/null
  printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$path" "$address" >&3
  sed -e '1,/^\r*$/d' <&3
  exec 3>&-
}
# run_all NAME COMMAND [NAME COMMAND]...: runs all at once; the outputs go to $scratch/out/NAME.
run_all() {
  local -a started=()
  local pid status=0
  while (($#)); do
    run "$2" >"$scratch/out/$1" &
    started+=($!)
    shift 2
  done
  for pid in "${started[@]}"; do wait "$pid" || status=1; done
  return $status
}
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
# No answer on stdin: empty directories hold nothing to ask about.
commands=()
for n in 1 2 3; do
  commands+=("format-$n" "BOOKIE_CONF=\${DL_HOME}/conf/bookie-$n.conf ./bin/dlog bkshell bookieformat </dev/null")
done
run_all "${commands[@]}" || die "$(cat "$scratch"/out/format-?)"

say "bookies: start"
commands=()
for n in 1 2 3; do
  commands+=("start-$n" "SERVICE_PORT=318$n ./bin/dlog-daemon.sh start bookie --conf \${DL_HOME}/conf/bookie-$n.conf")
done
run_all "${commands[@]}" || die "$(cat "$scratch"/out/start-?)"
for n in 1 2 3; do
  expect 'doing start bookie ...' "$(<"$scratch/out/start-$n")"
  expect 'starting bookie, logging to' "$(<"$scratch/out/start-$n")"
  expect "bookie 127.0.0.1:318$n is ready" "$(<"$scratch/out/start-$n")"
done
out=$(run 'echo "ls /messaging/bookkeeper/ledgers/available" | ./bin/dlog zkshell localhost:2181') || die "$out"
expect '[127.0.0.1:3181, 127.0.0.1:3182, 127.0.0.1:3183, readonly]' "$out"
for n in 1 2 3; do
  [[ $(http_get localhost:900$n/ping) == pong ]] || die "no pong at 900$n"
done
expect '"gauges"' "$(http_get 'localhost:9002/metrics?pretty=true')"
expect '# TYPE ' "$(http_get localhost:9002/metrics/prometheus)"
expect '{' "$(http_get localhost:9002/healthcheck)"
expect 'main' "$(http_get localhost:9002/threads)"

say "daemon: says at once why it does not start"
out=$(run 'SERVICE_PORT=3181 ./bin/dlog-daemon.sh start bookie --conf ${DL_HOME}/conf/bookie-1.conf') && die "$out"
expect "bookie running as process $(<"pids/dlog-bookie-$(map <<<3181).pid").  Stop it first." "$out"
commands=(
  same-disks 'SERVICE_PORT=7 ./bin/dlog-daemon.sh start bookie --conf ${DL_HOME}/conf/bookie-1.conf'
  bad-key 'cp conf/bookie-1.conf conf/bad.conf && echo bookiePrt=1 >>conf/bad.conf && SERVICE_PORT=8 ./bin/dlog-daemon.sh start bookie --conf ${DL_HOME}/conf/bad.conf'
  taken-port 'WP_SERVICE_PORT=3181 WP_STATS_PORT=0 ./bin/dlog-daemon.sh start writeproxy'
  taken-zk 'SERVICE_PORT=9 ./bin/dlog-daemon.sh start zookeeper ${DL_HOME}/conf/none.conf'
  bad-logs 'DLOG_LOG_DIR=${DL_HOME}/conf/bad.logs/x SERVICE_PORT=10 ./bin/dlog-daemon.sh start bookie --conf ${DL_HOME}/conf/bookie-1.conf'
)
: >conf/bad.logs
started=$SECONDS
run_all "${commands[@]}"
for name in same-disks bad-key taken-port taken-zk bad-logs; do echo "--- $name"; cat "$scratch/out/$name"; done
((SECONDS - started < 20)) || die "the refusals took $((SECONDS - started)) seconds"
for port in 7 8 9 10; do [[ ! -e pids/dlog-bookie-$port.pid ]] || die "a pid file of what did not start"; done
expect 'bookie did not start:' "$(<"$scratch/out/same-disks")"
expect 'lock' "$(<"$scratch/out/same-disks")"
expect 'did you mean bookiePort?' "$(<"$scratch/out/bad-key")"
expect 'writeproxy did not start:' "$(<"$scratch/out/taken-port")"
expect "$(map <<<3181)" "$(<"$scratch/out/taken-port")"
expect 'no file' "$(<"$scratch/out/taken-zk")"
expect 'cannot write' "$(<"$scratch/out/bad-logs")"

say "bookies: stop one"
out=$(run './bin/dlog-daemon.sh stop bookie') || die "$out"
expect 'no bookie to stop' "$out"
out=$(run 'SERVICE_PORT=3181 ./bin/dlog-daemon.sh stop bookie') || die "$out"
# A line each second it takes.
[[ $(uniq <<<"$out") == "$(map <<<'$ SERVICE_PORT=3181 ./bin/dlog-daemon.sh stop bookie
doing stop bookie ...
stopping bookie
Shutdown is in progress... Please wait...
Shutdown completed.')" ]] || die "$out"

say "bookies: the stopped one comes back read-only"
# A pid file that outlived its process is no obstacle.
echo 999999999 >"pids/dlog-bookie-$(map <<<3181).pid"
out=$(run 'SERVICE_PORT=3181 ./bin/dlog-daemon.sh start bookie --conf ${DL_HOME}/conf/bookie-1.conf --readonly') || die "$out"
out=$(run 'printf "ls /messaging/bookkeeper/ledgers/available\nls /messaging/bookkeeper/ledgers/available/readonly\n" | ./bin/dlog zkshell localhost:2181') || die "$out"
expect '[127.0.0.1:3182, 127.0.0.1:3183, readonly]' "$out"
expect '[127.0.0.1:3181]' "$out"
run 'SERVICE_PORT=3181 ./bin/dlog-daemon.sh stop bookie' >/dev/null || die "stop"

namespace=distributedlog://127.0.0.1:2181/messaging/distributedlog/mynamespace
say "bookies: and writable again; namespace: bind"
run_all bookie 'SERVICE_PORT=3181 ./bin/dlog-daemon.sh start bookie --conf ${DL_HOME}/conf/bookie-1.conf' \
  bind "bin/dlog admin bind -dlzr 127.0.0.1:2181 -dlzw 127.0.0.1:2181 -s 127.0.0.1:2181 -bkzr 127.0.0.1:2181 -l /messaging/bookkeeper/ledgers -i false -r true -c $namespace" ||
  die "$(cat "$scratch/out/bookie" "$scratch/out/bind")"
expect "No bookkeeper is bound to $namespace" "$(<"$scratch/out/bind")"
expect "Created binding on $namespace." "$(<"$scratch/out/bind")"
out=$(zk ls /messaging/bookkeeper/ledgers/available)
expect '[127.0.0.1:3181, 127.0.0.1:3182, 127.0.0.1:3183, readonly]' "$out"

say "proxies: start three"
commands=()
for n in 1 2 3; do
  commands+=("proxy-$n" "WP_SHARD_ID=$n WP_SERVICE_PORT=418$n WP_STATS_PORT=2000$n ./bin/dlog-daemon.sh start writeproxy")
done
commands+=(create "echo Y | ./bin/dlog tool create -u $namespace -r stream- -e 0-10")
run_all "${commands[@]}" || die "$(cat "$scratch"/out/proxy-? "$scratch/out/create")"
out=$(run 'echo "ls /messaging/distributedlog/mynamespace/.write_proxy" | ./bin/dlog zkshell localhost:2181') || die "$out"
expect '[member_0000000000, member_0000000001, member_0000000002]' "$out"
for n in 1 2 3; do
  [[ $(http_get localhost:2000$n/ping) == pong ]] || die "no pong at 2000$n"
done

say "streams: create"
# From any directory, through a link, without DL_HOME and outside of any git checkout.
ln -s "$DL_HOME/bin/dlog" "$scratch/dlog-link"
run_all link "cd / && env -u DL_HOME $scratch/dlog-link help" tool-bind "./bin/dlog tool bind -q $namespace" ||
  die "$(cat "$scratch/out/link" "$scratch/out/tool-bind")"
expect 'zkshell' "$(<"$scratch/out/link")"
expect "There is bookkeeper bound to $namespace" "$(<"$scratch/out/tool-bind")"
expect 'You are going to create streams : [stream-0, stream-1, stream-2, stream-3, stream-4, stream-5, stream-6, stream-7, stream-8, stream-9, stream-10] (Y or N) ' "$(<"$scratch/out/create")"
out=$(run "./bin/dlog tool list -u $namespace") || die "$out"
for n in 0 1 2 3 4 5 6 7 8 9 10; do expect "stream-$n" "$out"; done

start_tutorial() { # start_tutorial FILE ARGS...: in the background; its pid goes to own_pids
  local file=$1
  shift
  ./tutorials/bin/runner run "$@" >"$file" 2>&1 </dev/null &
  own_pids+=($!)
}
lines() { (($(grep -c -e "$2" "$1") >= $3)); }
name=$(map <<<'zk!127.0.0.1:2181!/messaging/distributedlog/mynamespace/.write_proxy')
uri=$(map <<<"$namespace")
all=stream-0,stream-1,stream-2,stream-3,stream-4,stream-5,stream-6,stream-7,stream-8,stream-9,stream-10
# Enough streams that every proxy owns some, whatever ports they have.
more=$all$(printf ',extra-%s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)
# write_all WORD: one record to each of those.
write_all() {
  # shellcheck disable=SC2046 # one word a number
  printf "$1-%s\n" $(seq 0 30) | ./tutorials/bin/runner run ConsoleProxyMultiWriter "$name" "$more" >"$scratch/out/$1" 2>&1 ||
    die "$(<"$scratch/out/$1")"
  grep -q -F 'Encountered error' "$scratch/out/$1" && die "$(<"$scratch/out/$1")"
  [[ $(grep -o -F '[dlog] > ' "$scratch/out/$1" | wc -l) == 32 ]] || die "$(<"$scratch/out/$1")"
}
# owned_by PROXY: the streams it opened.
owned_by() {
  sed -n 's/.*stream changed state stream=\([a-z]*-[0-9]*\) .*to=INITIALIZED .*/\1/p' "logs/dlog-writeproxy-$HOSTNAME-$(map <<<"418$1").log" | sort -u
}
reader=$scratch/out/reader

say "streams: records written through the proxies appear in MultiReader"
start_tutorial "$reader" com.twitter.distributedlog.basic.MultiReader "$uri" $all
start_tutorial "$scratch/out/generator-0" com.twitter.distributedlog.basic.RecordGenerator "$name" stream-0 100
start_tutorial "$scratch/out/generator-1" com.twitter.distributedlog.basic.RecordGenerator "$name" stream-1 100
# Beside them, one record to every stream, so that every proxy comes to own some. Nobody creates the extra ones.
write_all before
until_ok 30 lines "$reader" 'Open reader to read records from stream stream-10' 1 || die "$(<"$reader")"
until_ok 30 lines "$scratch/out/generator-0" '^Write [0-9]*00 records\.$' 2 || die "$(<"$scratch/out/generator-0")"
until_ok 30 lines "$reader" '^Received record DLSN{logSegmentSequenceNo=1, entryId=[0-9]*, slotId=[0-9]*} from stream stream-0$' 100 || die "$(tail -n 40 "$reader")"
until_ok 30 lines "$reader" '^Received record DLSN{.*} from stream stream-1$' 100 || die "$(tail -n 40 "$reader")"
until_ok 30 lines "$reader" '^record-[0-9]\{13\}$' 200 || die "$(tail -n 40 "$reader")"
awk '/^Received record/ { if (state != 0) exit 1; state = 1; next }
  /^"""$/ { if (state != 1 && state != 3) exit 1; state = (state + 1) % 4; next }
  state == 2 { if (!/^(record-[0-9]+|before-[0-9]+)$/) exit 1; state = 3; next }
  state != 0 { exit 1 }' "$reader" || die "not in the guide's format: $(tail -n 40 "$reader")"

say "proxies: one is removed, the others take its streams over and writes go on"
owned=$(owned_by 1)
[[ -n $owned ]] || die "the first proxy owns no stream, so nothing would be taken over"
# The stats port is not the one it was started with; only the service port names the proxy.
out=$(run 'WP_SHARD_ID=1 WP_SERVICE_PORT=4181 WP_STATS_PORT=10001 ./bin/dlog-daemon.sh stop writeproxy') || die "$out"
expect 'Shutdown completed.' "$out"
before_0=$(grep -c 'from stream stream-0$' "$reader")
before_1=$(grep -c 'from stream stream-1$' "$reader")
out=$(zk ls /messaging/distributedlog/mynamespace/.write_proxy)
# They started together, so the numbers say nothing of who is who.
member=$(sed -n 's/.*withdrew announcement .*\(member_[0-9]*\).*/\1/p' "logs/dlog-writeproxy-$HOSTNAME-$(map <<<4181).log")
[[ -n $member && $out == *'[member_'* && $out != *"$member"* && $(grep -o 'member_' <<<"$out" | wc -l) == 2 ]] || die "$member: $out"
write_all after
grep -q -F "Encountered error" "$scratch"/out/generator-? && die "$(cat "$scratch"/out/generator-?)"
until_ok 30 lines "$reader" '^after-' 11 || die "$(tail -n 20 "$reader")"
until_ok 30 lines "$reader" 'from stream stream-0$' $((before_0 + 200)) || die "$(tail -n 20 "$scratch/out/generator-0")"
until_ok 30 lines "$reader" 'from stream stream-1$' $((before_1 + 200)) || die "$(tail -n 20 "$scratch/out/generator-1")"
others=$(owned_by 2; owned_by 3)
for stream in $owned; do
  grep -q -x "$stream" <<<"$others" || die "nobody took $stream over"
done
echo "taken over:" $owned
kill_all "${own_pids[@]}"
own_pids=()

say "proxies: one is killed, and its streams go to the last"
kill -9 "$(<"pids/dlog-writeproxy-$(map <<<4182).pid")"
write_all killed
[[ $({ owned_by 3; } | wc -l) == 31 ]] || die "the last proxy has only $(owned_by 3)"
out=$(run 'WP_SERVICE_PORT=4182 ./bin/dlog-daemon.sh stop writeproxy') || die "$out"
expect 'no writeproxy to stop' "$out"
[[ ! -e pids/dlog-writeproxy-$(map <<<4182).pid ]] || die "the pid file of a killed proxy is left"

say "tutorials: each runs once more"
printf 'one\ntwo\nthree\n' >"$scratch/lines"
run_all create-tutorials "./bin/dlog tool create -u $namespace -r basic-stream- -e 1-3 -f" \
  create-own "./bin/dlog tool create -u $namespace -r own-stream -f" || die "$(cat "$scratch"/out/create-*)"
run_all proxy-writer "./tutorials/bin/runner run ConsoleProxyWriter '$name' basic-stream-1 <$scratch/lines" \
  atomic-writer "./tutorials/bin/runner run AtomicWriter '$name' basic-stream-2 one,two,three" \
  console-writer "./tutorials/bin/runner run ConsoleWriter $namespace own-stream <$scratch/lines" \
  no-class "! ./tutorials/bin/runner run Nothing" no-args "! ./tutorials/bin/runner run TailReader" \
  no-stream "! ./tutorials/bin/runner run TailReader $namespace nothing" ||
  die "$(cat "$scratch"/out/{proxy,atomic,console}-writer)"
expect '[dlog] > [dlog] > [dlog] > [dlog] > ' "$(<"$scratch/out/proxy-writer")"
for n in 'one' 0 'two' 1 'three' 2; do
  [[ $n == [0-9] ]] || { word=$n; continue; }
  expect "Write '$word' as record DLSN{logSegmentSequenceNo=1, entryId=0, slotId=$n}" "$(<"$scratch/out/atomic-writer")"
done
# Awaited one by one: a control record after each makes it visible at once, so every other entry id is missing.
for n in 0 2 4; do
  expect "DLSN{logSegmentSequenceNo=1, entryId=$n, slotId=0}" "$(<"$scratch/out/console-writer")"
done
expect 'no tutorial' "$(<"$scratch/out/no-class")"
expect 'TailReader <uri> <stream>' "$(<"$scratch/out/no-args")"
expect 'Log stream nothing is not found. Please create it first.' "$(<"$scratch/out/no-stream")"
# One writer at a time: while one runs, the next is told who it is.
mkfifo "$scratch/typed"
./tutorials/bin/runner run ConsoleWriter "$uri" own-stream >"$scratch/out/first-writer" 2>&1 <"$scratch/typed" &
own_pids+=($!)
exec 4>"$scratch/typed"
echo four >&4
start_tutorial "$scratch/out/tail" TailReader "$uri" basic-stream-1
start_tutorial "$scratch/out/rewind" StreamRewinder "$uri" basic-stream-1 3600
start_tutorial "$scratch/out/rewind-set" StreamRewinder "$uri" basic-stream-2 3600
until_ok 30 lines "$scratch/out/tail" '^three$' 1 || die "$(<"$scratch/out/tail")"
until_ok 30 lines "$scratch/out/rewind" '^three$' 1 || die "$(<"$scratch/out/rewind")"
until_ok 30 lines "$scratch/out/rewind-set" '^three$' 1 || die "$(<"$scratch/out/rewind-set")"
until_ok 30 lines "$scratch/out/first-writer" 'DLSN{logSegmentSequenceNo=2, entryId=0, slotId=0}' 1 || die "$(<"$scratch/out/first-writer")"
out=$(run "./tutorials/bin/runner run ConsoleWriter $namespace own-stream </dev/null") && die "two writers: $out"
expect 'runner: log own-stream is owned by' "$out"
exec 4>&-
expect 'Wait for records starting from DLSN{logSegmentSequenceNo=1, entryId=4, slotId=0}' "$(<"$scratch/out/tail")"
for n in 0 2 4; do expect "Received record DLSN{logSegmentSequenceNo=1, entryId=$n, slotId=0}" "$(<"$scratch/out/rewind")"; done
for n in 0 1 2; do expect "Received record DLSN{logSegmentSequenceNo=1, entryId=0, slotId=$n}" "$(<"$scratch/out/rewind-set")"; done

say "done"
echo "guide: OK"
