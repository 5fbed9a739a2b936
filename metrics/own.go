package metrics

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

func (m *Metrics) collectOwn(k *sink, b *status.Board) {
	zone := "UTC"
	if b.Zone != nil {
		zone = b.Zone.String()
	}
	begin := timestamppb.New(b.Started)
	k.put(siteInfo, k.labels("site", b.Site, "timezone", zone), 1)
	k.moment(startTime, nil, b.Started)
	k.moment(boardTime, nil, b.At)
	o := &b.Own
	k.flag(configOK, nil, o.ConfigError == "")
	k.moment(configTime, nil, o.ConfigLoaded)
	if hasAnchors(b) {
		k.flag(networkUp, nil, o.NetworkAlive)
	}
	if o.ClockOffsetKnown {
		k.put(clockOffset, nil, o.ClockOffset.Seconds())
	}
	k.put(inFlight, nil, float64(o.InFlight))
	k.count(started, nil, o.Started, begin, nil)
	for _, r := range missReasons(o.Missed) {
		k.count(missed, k.labels("reason", r.String()), o.Missed[r], begin, nil)
	}
	for _, s := range b.Sites {
		k.flag(peerUp, k.labels("peer", s.Name), s.Error == "" && !s.At.IsZero())
		k.moment(peerTime, k.labels("peer", s.Name), s.At)
	}
	if m.options.Schedule != nil {
		m.collectSchedule(k, m.options.Schedule(), begin)
	}
	if m.options.Store != nil {
		m.collectStore(k, m.options.Store(), begin)
	}
	if m.options.Sensors != nil {
		m.collectSensors(k, m.options.Sensors(), begin)
	}
	k.put(storeBytes, nil, float64(o.StoreBytes))
	k.count(storeResults, nil, o.ResultsStored, nil, nil)
	k.count(storeLost, nil, o.ResultsLost, begin, nil)
	k.flag(storeOK, nil, o.StoreError == "")
	k.moment(backupTime, nil, o.LastBackup)
	if !o.LastBackup.IsZero() || o.BackupError != "" {
		k.flag(backupOK, nil, o.BackupError == "")
	}
}

func hasAnchors(b *status.Board) bool {
	for _, s := range b.Services {
		if s.ID == check.OwnNetworkService && len(s.Checks) > 0 {
			return true
		}
	}
	return false
}

// missReasons lists the reasons to show: the two that every monitor can have,
// so that an alert on their rate finds a zero to start from, and those seen.
func missReasons(seen map[check.Reason]uint64) []check.Reason {
	var show []check.Reason
	for _, r := range check.Reasons() {
		if _, ok := seen[r]; ok || r == check.ReasonMissed || r == check.ReasonResources {
			show = append(show, r)
		}
	}
	return show
}
