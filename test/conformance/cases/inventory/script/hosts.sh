#!/bin/sh
case $1 in
  --list) echo '{"web": {"hosts": ["w1", "w2"], "vars": {"a": 1}}, "old": ["o1", "w1"], "top": {"children": ["web", "old"]}}' ;;
  --host) echo "{\"asked\": \"$2\"}" ;;
esac
