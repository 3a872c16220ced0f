# Sourced by the scripts of this directory's parent: what must be installed, and how it gets there.

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit 1
}

# The .NET SDK is not installed by these scripts: where it comes from is the machine owner's choice.
require_sdk() {
  local wanted
  wanted=$(sed -n 's/.*"version": *"\([0-9.]*\)".*/\1/p' "$1/global.json")
  command -v dotnet >/dev/null || fail "the .NET SDK is missing. Install .NET SDK $wanted or a later 10.0 version, and put 'dotnet' on the PATH."
  (cd "$1" && dotnet --version >/dev/null 2>&1) || fail "no fitting .NET SDK was found (there is: $(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')). Install .NET SDK $wanted or a later 10.0 version."
}

# require_command COMMAND PACKAGE...: installs the Debian packages when the command is missing.
require_command() {
  local wanted=$1
  shift
  command -v "$wanted" >/dev/null || install_packages "$@"
  command -v "$wanted" >/dev/null || fail "'$wanted' is missing. Install it with your system's package manager (Debian: $*)."
}

install_packages() {
  command -v apt-get >/dev/null || return 0
  local run=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1)
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "these packages are missing and sudo is not there to install them; as root run: apt-get install $*"
    run=(sudo "${run[@]}")
  fi
  echo "Installing $* ..." >&2
  local log
  log=$(mktemp)
  if ! { "${run[@]}" apt-get update -q && "${run[@]}" apt-get install -y -q --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "installing $* failed. Install them, then run this again."
  fi
  rm -f "$log"
}
