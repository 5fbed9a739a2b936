package webtest

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// services are what is watched: a web conference whose sheet claims 99.991 %, a
// file service that claims 100 %, mail without trouble, and our own line.
func services() []check.Service {
	meeting, files, mail := check.ServiceID("meeting"), check.ServiceID("files"), check.ServiceID("mail")
	return []check.Service{
		{
			ID: meeting, Name: "Live Meeting", Vendor: "Example Conferencing K.K.", Note: "Web conference for all branches. Disclosure sheet of 2025-10.",
			Public: true,
			Checks: []check.Check{
				{ID: "meeting-join", Name: "Join page", Service: meeting, Class: check.Application, Interval: 30 * time.Second, Timeout: 10 * time.Second, Reprobe: 10 * time.Second, ReprobeGood: 3, Params: check.HTTP{URL: address("https://meet.example.com/join")}},
				{ID: "meeting-stun", Name: "Media relay (STUN)", Service: meeting, Class: check.Platform, Interval: 5 * time.Minute, Timeout: 3 * time.Second, Reprobe: 10 * time.Second, Params: check.STUN{Address: "turn.example.com:3478"}},
				{ID: "meeting-edge", Name: "Edge router", Service: meeting, Class: check.Network, Interval: 5 * time.Minute, Timeout: 3 * time.Second, Reprobe: 10 * time.Second, Params: check.ICMP{Host: "edge.example.com"}},
			},
		},
		{
			ID: files, Name: "Shared files", Vendor: "Example Storage Ltd.",
			Checks: []check.Check{
				{ID: "files-web", Name: "Web access", Service: files, Class: check.Application, Interval: time.Minute, Timeout: 10 * time.Second, Reprobe: 10 * time.Second, Params: check.HTTP{URL: address("https://files.example.net/health")}},
				{ID: "files-backup", Name: "Nightly backup", Service: files, Class: check.StorageGear, Interval: time.Hour, Timeout: time.Minute, Params: check.Heartbeat{Every: 24 * time.Hour, Slack: time.Hour, Token: token}},
			},
		},
		{
			ID: mail, Name: "メール", Vendor: "サンプル株式会社",
			Checks: []check.Check{
				{ID: "mail-smtp", Name: "SMTP", Service: mail, Class: check.Server, Interval: 5 * time.Minute, Timeout: 10 * time.Second, Reprobe: 10 * time.Second, Params: check.Mail{Protocol: "smtp", Address: "mx.example.org:25"}},
				{ID: "mail-imap", Name: "IMAP", Service: mail, Class: check.Server, Interval: 5 * time.Minute, Timeout: 10 * time.Second, Reprobe: 10 * time.Second, Paused: true, Params: check.Mail{Protocol: "imap", Address: "imap.example.org:993", Security: "tls"}},
			},
		},
		{
			ID: check.OwnNetworkService, Name: "Own network",
			Checks: []check.Check{
				{ID: "anchor-gateway", Name: "Gateway", Service: check.OwnNetworkService, Class: check.Network, Interval: 5 * time.Minute, Timeout: 2 * time.Second, Params: check.ICMP{Host: "192.0.2.1"}},
			},
		},
	}
}

// troubles are the story of the year. From 8 to 9 March the monitor was off.
func troubles() map[check.ID][]trouble {
	gateway := &check.Evidence{
		Sentence: "answered 503 Service Unavailable, want a status of 200-299", Address: "198.51.100.20:443", Phase: check.PhaseJudge,
		Status: "HTTP/1.1 503 Service Unavailable", Certificate: "CN=meet.example.com, issued by Example CA R3, valid 2026-06-22 to 2026-11-20",
		Body: "<html><head><title>503 Service Temporarily Unavailable</title></head>\n<body>\n<center><h1>503 Service Temporarily Unavailable</h1></center>\n</body></html>", Want: "200-299", Got: "503",
	}
	silent := &check.Evidence{Sentence: "no answer within 10 s", Address: "198.51.100.20:443", Phase: check.PhaseWait, Want: "an answer within 10 s", Got: "nothing"}
	off := func() trouble {
		return trouble{from: at(time.March, 8, 22, 0), long: 27 * time.Hour, state: check.Unknown, reason: check.ReasonStopped}
	}
	line := func() trouble {
		return trouble{from: at(time.June, 14, 3, 10), long: 95 * time.Minute, state: check.Unknown, reason: check.ReasonOwnNetwork}
	}
	return map[check.ID][]trouble{
		"meeting-join": {
			off(), line(),
			{at(time.November, 12, 9, 58), 17*time.Minute + 20*time.Second, check.Down, check.ReasonTimeout, silent},
			{at(time.January, 20, 2, 4), 2 * time.Hour, check.Down, check.ReasonRefused, nil},
			{at(time.April, 3, 18, 41), 42 * time.Second, check.Down, check.ReasonTLS, nil},
			{at(time.July, 27, 13, 2), 9*time.Minute + 10*time.Second, check.Down, check.ReasonStatus, gateway},
			{at(time.September, 2, 10, 15), 40 * time.Minute, check.Degraded, check.ReasonSlow, nil},
			{at(time.September, 14, 8, 59), 6*time.Minute + 30*time.Second, check.Down, check.ReasonTimeout, silent},
			{at(time.September, 20, 11, 20), 4*time.Minute + 10*time.Second, check.Down, check.ReasonStatus, gateway},
		},
		"meeting-stun": {off(), line()},
		"meeting-edge": {off(), line(), {at(time.May, 30, 23, 0), 6 * time.Minute, check.Down, check.ReasonUnreachable, nil}},
		"files-web": {
			off(), line(),
			{at(time.February, 17, 16, 30), 31 * time.Minute, check.Down, check.ReasonTimeout, silent},
			{at(time.September, 20, 14, 21), 24 * time.Hour, check.Down, check.ReasonRefused, &check.Evidence{Sentence: "connection refused by 203.0.113.7:443", Address: "203.0.113.7:443", Phase: check.PhaseConnect}},
		},
		"files-backup":   {off()},
		"mail-smtp":      {off(), line()},
		"mail-imap":      {off()},
		"anchor-gateway": {off()},
	}
}

func maintenance(id check.ServiceID) []sla.Exclusion {
	if id != "meeting" {
		return nil
	}
	return []sla.Exclusion{
		{Period: timeline.Period{From: at(time.January, 20, 2, 0), To: at(time.January, 20, 5, 0)}, Announced: at(time.January, 4, 10, 0), Note: "Database upgrade"},
		{Period: timeline.Period{From: at(time.July, 27, 13, 0), To: at(time.July, 27, 13, 30)}, Announced: at(time.July, 26, 18, 0), Note: "Urgent security patch"},
		{Period: timeline.Period{From: at(time.September, 27, 1, 0), To: at(time.September, 27, 4, 0)}, Announced: at(time.September, 8, 10, 0), Note: "Release 26.4"},
	}
}

// claims hold the services to what was stated.
func claims(id check.ServiceID) []sla.Claim {
	year := sla.Window{Kind: sla.Fixed, From: sla.Date{Year: 2025, Month: time.October, Day: 1}, To: sla.Date{Year: 2026, Month: time.September, Day: 30}, Zone: Tokyo}
	month := sla.Window{Kind: sla.CalendarMonth, Zone: Tokyo}
	switch id {
	case "meeting":
		return []sla.Claim{
			{
				ID: "meeting-year", Name: "Disclosure sheet, row 43", Service: id, Kind: sla.Disclosure, Availability: sla.Figure{PPB: 999_910_000, Digits: 3},
				Text: "Availability of the service over the year: 99.991 %", AsOf: at(time.October, 1, 0, 0), Checks: []check.ID{"meeting-join"},
				Combine: sla.AnyDown, Window: year, ExcludeMaintenance: true, MinNotice: 14 * 24 * time.Hour,
			},
			{
				ID: "meeting-month", Name: "Own objective", Service: id, Kind: sla.Objective, Availability: sla.Figure{PPB: 999_000_000, Digits: 1},
				Checks: []check.ID{"meeting-join", "meeting-stun", "meeting-edge"}, Combine: sla.AnyDown, Window: month,
			},
		}
	case "files":
		return []sla.Claim{{
			ID: "files-contract", Name: "Contract, clause 7", Service: id, Kind: sla.Contract, Availability: sla.Figure{PPB: 1_000_000_000, Digits: 0},
			Text: "The service is available without interruption.", Checks: []check.ID{"files-web"}, Combine: sla.AnyDown, Window: month,
		}}
	case "mail":
		return []sla.Claim{{
			ID: "mail-90", Name: "品質目標", Service: id, Kind: sla.Objective, Availability: sla.Figure{PPB: 995_000_000, Digits: 1},
			Checks: []check.ID{"mail-smtp"}, Combine: sla.AnyDown, Window: sla.Window{Kind: sla.Rolling, Length: 90 * 24 * time.Hour, Zone: Tokyo},
		}}
	}
	return nil
}
