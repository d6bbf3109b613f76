#!/bin/sh
echo '{"_meta": {"hostvars": {"m1": {"x": [1, {"y": null}]}, "nobody": {"z": 1}}}, "meta": {"hosts": ["m1", "m2"]}}'
