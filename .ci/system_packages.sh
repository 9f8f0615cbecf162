# The Debian and Ubuntu packages that the program needs from the system. Sourced by setup.sh, not run.

# Qt without a screen.
offscreen="libegl1 libgl1 libx11-6 libdbus-1-3 libfontconfig1 libglib2.0-0 libxkbcommon0 libgssapi-krb5-2 fonts-dejavu-core"
# Qt on a real X screen.
screen="libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0 libx11-xcb1"
# Servers that the tests start and talk to, each as a process of its own on loopback; and a screen without a monitor.
servers="openssh-server xvfb"

# missing_packages NAME...: those not installed. Ubuntu 24.04 has some under a name that ends in t64.
missing_packages() {
    local installed name
    installed=$(dpkg-query --show --showformat '${db:Status-Abbrev} ${Package}\n' "$@" "${@/%/t64}" 2>/dev/null |
        awk '$1 == "ii" { sub(/t64$/, "", $2); print $2 }' || true)
    for name in "$@"; do
        grep -qx -- "$name" <<<"$installed" || echo "$name"
    done
}

# install_system_packages NAME...: those that are missing, and no others.
install_system_packages() {
    local missing command
    if ! command -v dpkg-query >/dev/null; then
        say "not a Debian or Ubuntu: taken as installed: $*"
        return 0
    fi
    missing=$(missing_packages "$@" | xargs)
    [ -n "$missing" ] || return 0

    command="apt-get update && apt-get install -y --no-install-recommends $missing"
    say "system packages needed: $missing"
    if [ "$(id -u)" = 0 ]; then
        DEBIAN_FRONTEND=noninteractive sh -c "$command" >&2
    elif sudo -n true 2>/dev/null; then
        sudo -n env DEBIAN_FRONTEND=noninteractive sh -c "$command" >&2
    else
        say "they need root; run this line, then the same command again:"
        printf "sudo sh -c '%s'\n" "$command" >&2
        return 1
    fi
}
