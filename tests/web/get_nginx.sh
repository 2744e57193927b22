#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Says where there is an nginx: get_nginx.sh FOLDER
# Debian's is unpacked into FOLDER if none is installed. Installing it would start a server on this machine.
set -euo pipefail

folder=$1
if command -v nginx || { [[ -x /usr/sbin/nginx ]] && echo /usr/sbin/nginx; }; then
    exit
fi
if [[ ! -x $folder/usr/sbin/nginx ]]; then
    mkdir -p "$folder"
    (
        cd "$folder"
        apt-get -qq download nginx 2>/dev/null
        for package in nginx_*.deb; do
            dpkg-deb -x "$package" .
            rm "$package"
        done
    ) >&2
fi
echo "$folder/usr/sbin/nginx"
