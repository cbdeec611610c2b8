"""The measurements of ``make bench``: our case beside a bare workflow, on the same servers in the same run."""
