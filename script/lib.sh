# lib.sh: what do the scripts share? Words, packages, Node, builds, the clock.
#
# Sourced by bootstrap, run, test and bench; it runs nothing by itself.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOOLS_DIR=$ROOT/.tools
JOBS=$(nproc)
export ROOT

say() {
    printf '%s\n' "$*"
}

die() {
    printf 'antiphon: %s\n' "$*" >&2
    exit 1
}

now_ms() {
    date +%s%3N
}

# "12.3 s" since the given now_ms.
since() {
    local ms=$(($(now_ms) - $1))
    printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "needs root or sudo for: $*"
    fi
}

# The given packages that are not installed, one a line.
missing_packages() {
    local have name
    have=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
        awk '$1 == "installed" {printf "%s ", $2}') "
    for name in "$@"; do
        [[ $have == *" $name "* ]] || printf '%s\n' "$name"
    done
}

APT_IS_FRESH=no

apt_refresh() {
    [ "$APT_IS_FRESH" = yes ] && return
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update ||
        die "apt-get update failed: is a package mirror reachable?"
    APT_IS_FRESH=yes
}

# need_packages WHY PACKAGE…: install what is missing, saying what and why. Asks dpkg first,
# so it costs some 20 ms when all is there.
need_packages() {
    local why=$1
    shift
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} = 0 ] && return
    say "installing with apt, $why: ${missing[*]}"
    apt_refresh
    mkdir -p "$ROOT/build"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 "${missing[@]}" >"$ROOT/build/apt.log" 2>&1 ||
        { tail -n 20 "$ROOT/build/apt.log" >&2 && die "apt-get could not install: ${missing[*]}"; }
}

# bookworm, trixie, …
debian_name() {
    # shellcheck source=/dev/null
    (. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_CODENAME:-unknown}")
}

# Vite, vue-tsc and Playwright want Node 20.19 or newer.
node_suffices() {
    local v major minor
    v=$("$1" --version 2>/dev/null) || return 1
    v=${v#v}
    major=${v%%.*}
    minor=${v#*.}
    minor=${minor%%.*}
    ((major > 20 || (major == 20 && minor >= 19)))
}

node_of_tools() {
    PATH=$TOOLS_DIR/node_modules/.bin:$TOOLS_DIR/bin:$PATH
    export PATH
}

# Put a Node that suffices, and its npm, in PATH: the system's, else Node 22 out of the npm
# package that carries the binary, under .tools/.
need_node() {
    local arch
    if node_suffices node && command -v npm >/dev/null; then
        return
    fi
    if node_suffices "$TOOLS_DIR/bin/node"; then
        node_of_tools
        return
    fi
    need_packages "to build the console" nodejs npm
    hash -r
    node_suffices node && return
    case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) die "no Node 22 for $(uname -m): install Node 20.19 or newer and run this again" ;;
    esac
    say "fetching Node 22 and its npm with npm into .tools/: Debian's is $(node --version), Vite wants 20.19"
    npm install --silent --no-audit --no-fund --ignore-scripts --no-save --prefix "$TOOLS_DIR" \
        "node-linux-$arch@22" npm@10 || die "npm could not fetch Node 22"
    mkdir -p "$TOOLS_DIR/bin"
    ln -sf "$TOOLS_DIR/node_modules/node-linux-$arch/bin/node" "$TOOLS_DIR/bin/node"
    node_of_tools
    hash -r
    node_suffices node || die "the Node under .tools/ does not run"
}

# build_dir NAME COMPILER OPTION…: meson setup once, again where options are new; then compile.
build_dir() {
    local dir=$ROOT/$1 compiler=$2 log=$ROOT/$1/build.log options=$ROOT/$1/.antiphon-options
    shift 2
    mkdir -p "$dir"
    if [ ! -f "$dir/build.ninja" ]; then
        CC="ccache $compiler" meson setup "$dir" "$ROOT" "$@" >"$log" 2>&1 ||
            { tail -n 30 "$log" >&2 && return 1; }
        printf '%s' "$*" >"$options"
    elif [ $# -gt 0 ] && [ "$*" != "$(cat "$options" 2>/dev/null)" ]; then
        meson configure "$dir" "$@" >"$log" 2>&1 || { tail -n 30 "$log" >&2 && return 1; }
        printf '%s' "$*" >"$options"
    fi
    ninja -C "$dir" -j "$JOBS" >"$log" 2>&1 ||
        { grep -E 'FAILED|error|warning' -A 6 "$log" | head -n 60 >&2 && tail -n 5 "$log" >&2 && return 1; }
}

BUILD_PACKAGES=(build-essential meson ninja-build pkg-config python3 git ca-certificates ccache
    libevent-dev libsqlite3-dev libpq-dev libjansson-dev libssl-dev libcurl4-gnutls-dev
    libgmime-3.0-dev libetpan-dev libgumbo-dev libsodium-dev libseccomp-dev zlib1g-dev libcsv-dev libcmocka-dev tzdata)

need_build_packages() {
    local llhttp=node-llhttp # bookworm: its C sources
    [ "$(debian_name)" = bookworm ] || llhttp=libllhttp-dev
    need_packages "to build the server" "${BUILD_PACKAGES[@]}" "$llhttp"
}

# bootstrap [OPTION…]: install what is missing and build build/antiphon.
bootstrap() {
    cd "$ROOT" || exit 1
    [ -f /etc/debian_version ] || die "made for Debian 12 and 13; the package names are in script/lib.sh"
    mkdir -p "$ROOT/build"
    need_build_packages
    need_node
    [ -f build/build.ninja ] || say "building the server and its web pages (npm ci in ui/, then Meson)"
    build_dir build gcc "$@" || die "the server could not be built; the log is build/build.log"
}
