# Settings of the scripts in bin/. Every variable may also be set in the environment, which goes before this file.

# JVM flags added to every command and service, e.g. "-Xmx2g".
# DLOG_EXTRA_OPTS=
# Jars and directories put before the class path.
# DLOG_EXTRA_CLASSPATH=

# Where the services of dlog-daemon.sh log, and where their process ids are kept.
# DLOG_LOG_DIR=$DLOG_HOME/logs
# DLOG_PID_DIR=$DLOG_HOME/pids

# Another logback configuration for everything.
# DLOG_LOG_CONF=$DLOG_HOME/conf/logback.xml

# Log level of each service (DEBUG, INFO, WARN).
ZK_ROOT_LOGGER=${ZK_ROOT_LOGGER:-${DLOG_ROOT_LOGGER:-INFO}}
BK_ROOT_LOGGER=${BK_ROOT_LOGGER:-${DLOG_ROOT_LOGGER:-INFO}}
WP_ROOT_LOGGER=${WP_ROOT_LOGGER:-${DLOG_ROOT_LOGGER:-INFO}}

# Seconds dlog-daemon.sh waits for a service to accept work, and to end.
DLOG_START_TIMEOUT=${DLOG_START_TIMEOUT:-60}
DLOG_STOP_TIMEOUT=${DLOG_STOP_TIMEOUT:-30}

# Which service of its kind on this machine; only names the pid and log files.
SERVICE_PORT=${SERVICE_PORT:-0}

# The configuration file of `dlog bkshell`.
BOOKIE_CONF=${BOOKIE_CONF:-$DLOG_HOME/conf/bookie.conf}
export BOOKIE_CONF

# The write proxy: settings file, port, port of /ping and /metrics, place in the ring of proxies, namespace it serves.
WP_CONF_FILE=${WP_CONF_FILE:-$DLOG_HOME/conf/write_proxy.conf}
WP_SERVICE_PORT=${WP_SERVICE_PORT:-4181}
WP_STATS_PORT=${WP_STATS_PORT:-9000}
WP_SHARD_ID=${WP_SHARD_ID:-0}
# Also the namespace of `dlog write` and `dlog read` when they get no -u.
WP_NAMESPACE=${WP_NAMESPACE:-distributedlog://127.0.0.1:2181/messaging/distributedlog/mynamespace}
export WP_CONF_FILE WP_SERVICE_PORT WP_STATS_PORT WP_SHARD_ID WP_NAMESPACE
