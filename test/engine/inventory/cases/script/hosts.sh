#!/bin/sh
cat <<END
{"web": {"hosts": ["s1", "s2"], "vars": {"a": 1, "t": "{{ a }}"}, "children": ["inner"]},
 "inner": ["s3"], "odd": {"x": 5},
 "_meta": {"hostvars": {"s1": {"b": [1, null, true, 1.5]}, "nobody": {"b": 1}}}}
END
