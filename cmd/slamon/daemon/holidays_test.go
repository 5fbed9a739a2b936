package daemon

import (
	"path/filepath"
	"strings"
	"testing"
)

const holidayConfig = `[site]
timezone = "Asia/Tokyo"
holidays = "jp.ics"
[storage]
backup_directory = ""
[[service]]
id = "desk"
[[service.check]]
id = "login"
tcp = { address = "127.0.0.1:9" }
paused = true
[[service.claim]]
id = "day"
kind = "contract"
availability = "99%"
service_hours = "Mo-Fr 08:00-18:00"
window = { kind = "fixed", from = 2025-10-13, to = 2025-10-14 }
`

// holidayFile is an iCalendar file with one day in it.
func holidayFile(day string) string {
	return strings.ReplaceAll("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//EN\nBEGIN:VEVENT\nUID:1\nDTSTAMP:20240101T000000Z\nSUMMARY:Sports Day\nDTSTART;VALUE=DATE:"+
		day+"\nEND:VEVENT\nEND:VCALENDAR\n", "\n", "\r\n")
}

// TestHolidaysAreWatched: a holiday that is added counts without a reload, a broken
// file changes nothing, and what else was edited in the configuration waits.
func TestHolidaysAreWatched(t *testing.T) {
	dir := t.TempDir()
	replace(t, filepath.Join(dir, "slamon.toml"), holidayConfig)
	replace(t, filepath.Join(dir, "jp.ics"), holidayFile("20250923"))
	l := live(t, dir, "http", "")
	l.until("/api/v1/claims/day", `"accounted_seconds":72000`) // two days of ten hours
	replace(t, filepath.Join(dir, "slamon.toml"), strings.Replace(holidayConfig, "18:00", "20:00", 1))
	replace(t, filepath.Join(dir, "jp.ics"), holidayFile("20251013"))
	l.until("/api/v1/claims/day", `"accounted_seconds":36000`)
	replace(t, filepath.Join(dir, "jp.ics"), "no calendar\n")
	l.until("/api/v1/status", "not an iCalendar file")
	l.until("/api/v1/claims/day", `"accounted_seconds":36000`)
}
