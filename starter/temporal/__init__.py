"""What Vangnet needs of Temporal before it works: namespace, search attributes, schedules, the version in force."""
