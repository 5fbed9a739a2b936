package metrics

import "time"

var noon = time.Date(2026, time.October, 1, 3, 0, 0, 0, time.UTC)
