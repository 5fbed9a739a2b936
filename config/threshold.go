package config

import (
	"regexp"
	"strconv"
	"time"

	"github.com/slamon/slamon/device"
)

var oidSyntax = regexp.MustCompile(`^\.?[0-2](\.[0-9]{1,10})+$`)

// The defaults of thresholds: the pair that suits polls every minute.
const (
	defaultRaise = 5 * time.Minute
	defaultClear = 10 * time.Minute
	// marginPart of the limit is its margin.
	marginPart  = 10
	maxPatience = 7 * 24 * time.Hour
	maxOver     = 24 * time.Hour // what a Watch can remember at an interval of a minute
)

func (r *reader) threshold(f *thresholdKeys, head *table, of device.ID) device.Threshold {
	t := device.Threshold{
		ID: r.id(f.ID, "threshold", head), Device: of, Instance: f.Instance.v,
		Severity:   device.Severity(r.oneOf(f.Severity, "severity", "warning", "info", "warning", "critical")),
		RaiseAfter: r.between(f.For, "for", 0, maxPatience, defaultRaise),
		ClearAfter: r.between(f.ClearFor, "clear_for", 0, maxPatience, defaultClear),
		Over:       r.between(f.Over, "over", minInterval, maxOver, 0),

		MaxChanges:    int(r.within(f.MaxChanges, "max_changes", 1, 1000, device.DefaultMaxChanges)),
		ChangesWithin: r.between(f.Within, "changes_within", time.Minute, maxPatience, device.DefaultChangesWithin),
	}
	if r.required(f.Kind.set, head, "kind", `kind = "cpu"`, "threshold %q does not say what it is about", t.ID) {
		t.Kind = r.kindOf(f.Kind, "kind", kindWords(nil))
	}
	t.By, _ = device.ParseStatistic(r.oneOf(f.By, "by", "latest", "latest", "mean", "p95"))
	if t.By != device.ByLatest && !f.Over.set {
		r.complain(f.By.at, `over = "15m"`, "by %q needs the time to look back on", t.By)
	}
	if t.By == device.ByLatest && f.Over.set {
		r.complain(f.Over.at, `by = "mean", or take over out`, "over has no meaning for the latest reading")
	}
	r.limit(&t, f, head)
	return t
}

// limit reads the limit and its margin.
func (r *reader) limit(t *device.Threshold, f *thresholdKeys, head *table) {
	unit, from, key := t.Kind.Unit(), f.Above, "raise_above"
	switch {
	case f.Above.set && f.Below.set:
		r.complain(f.Below.at, "make two thresholds of it", "threshold %q has both raise_above and raise_below", t.ID)
		return
	case f.Below.set:
		from, key, t.Below = f.Below, "raise_below", true
	default:
		if !r.required(f.Above.set, head, key, key+" = "+amountExample(unit), "threshold %q has no limit: raise_above or raise_below", t.ID) {
			return
		}
	}
	if t.Kind == device.NoKind {
		return // the unit is not known
	}
	limit, ok := r.amount(from, key, unit)
	if !ok {
		return
	}
	t.Limit, t.Margin = limit, max(limit, -limit)/marginPart
	if f.Margin.set {
		if margin, ok := r.amount(f.Margin, "margin", unit); ok && margin < 0 {
			r.complain(f.Margin.at, "margin = 0", "margin %s must not be below zero", quote(f.Margin.n.text))
		} else if ok {
			t.Margin = margin
		}
	}
	if unit == device.Ratio && (!t.Below && t.Limit-t.Margin < 0 || t.Below && t.Limit+t.Margin > 1) {
		r.complain(from.at, "margin = \"0%\"", "with its margin the threshold could never clear")
	}
}

func (r *reader) capacity(list []capacityFile, devices *idSet) []device.CapacityRule {
	if list == nil {
		return []device.CapacityRule{device.DefaultCapacity}
	}
	rules := make([]device.CapacityRule, 0, len(list))
	for i := range list {
		rules = append(rules, r.capacityRule(&list[i], devices))
	}
	return rules
}

// The limits of a capacity rule.
const (
	maxCapacityDays = 60
	maxHorizon      = 2 * 366 * 24 * time.Hour
)

func (r *reader) capacityRule(f *capacityFile, devices *idSet) device.CapacityRule {
	usual := device.DefaultCapacity
	c := device.CapacityRule{
		ID: r.id(f.ID, "capacity", &f.table), Device: device.ID(f.Device.v), Kind: usual.Kind, Limit: usual.Limit,
		Days:    int(r.within(f.Days, "days", 1, maxCapacityDays, int64(usual.Days))),
		Need:    int(r.within(f.Need, "need", 1, maxCapacityDays, int64(usual.Need))),
		Horizon: r.between(f.Horizon, "horizon", 0, maxHorizon, usual.Horizon),
	}
	if f.Kind.set {
		c.Kind = r.kindOf(f.Kind, "kind", kindWords(nil))
		if !f.Limit.set && c.Kind != usual.Kind {
			r.required(false, &f.table, "limit", "limit = "+amountExample(c.Kind.Unit()), "capacity rule %q has no limit", c.ID)
		}
	}
	if limit, ok := r.amount(f.Limit, "limit", c.Kind.Unit()); ok {
		c.Limit = limit
	}
	if f.Device.ok {
		r.known(f.Device, "there is no device", devices)
	}
	if c.Need > c.Days {
		r.complain(f.Need.at, "need = "+strconv.Itoa(c.Days), "need %d: want at most the number of days looked at, which is %d", c.Need, c.Days)
	}
	return c
}

func (r *reader) snmpCredentials(f *credentialsFile) device.Credentials {
	c := device.Credentials{
		Name: r.credentialsName(f), User: f.User.v,
		Community: f.Community.v, AuthPassword: f.AuthPassword.v, PrivacyPassword: f.PrivacyPassword.v,
	}
	if r.oneOf(f.Version, "version", "2c", "2c", "3") == "3" {
		c.Version = device.V3
	}
	c.Auth = device.Auth(r.oneOf(f.Auth, "auth", "", wordsOf(device.Auths[:])...))
	c.Privacy = device.Privacy(r.oneOf(f.Privacy, "privacy", "", wordsOf(device.Privacies[:])...))
	if r.misplaced(c.Version, f) {
		return c
	}
	for _, s := range []secretKey{f.Community, f.AuthPassword, f.PrivacyPassword} {
		if s.set && !s.ok {
			return c // that has been complained about
		}
	}
	if err := c.Check(); err != nil && len(f.meant) == 0 {
		r.complain(f.at, "see the examples below [[snmp_credentials]] in config.example.toml", "credentials %q: %s", c.Name, err)
	}
	return c
}

// credentialsName reads the name that devices refer to.
func (r *reader) credentialsName(f *credentialsFile) string {
	if !r.required(f.Name.set, &f.table, "name", `name = "read-only"`, "these credentials have no name") || !f.Name.ok {
		return ""
	}
	if !idSyntax.MatchString(f.Name.v) {
		r.complain(f.Name.at, `name = "read-only"`, "name %s: want a lower-case letter or digit, then letters, digits, '-', '_' or '.', 64 characters at most", quote(f.Name.v))
		return ""
	}
	if first, ok := r.seen[stated{"credentials", f.Name.v}]; ok {
		r.complain(f.Name.at, "name = "+strconv.Quote(f.Name.v+"-2"), "the name %q is taken: the first one is on line %d", f.Name.v, r.line(first))
		return ""
	}
	r.seen[stated{"credentials", f.Name.v}] = f.Name.at
	return f.Name.v
}

// misplaced complains about keys of the other version.
func (r *reader) misplaced(v device.Version, f *credentialsFile) bool {
	before := len(r.complaints)
	if v == device.V3 {
		if f.Community.set {
			r.complain(f.Community.at, `version = "2c"`, "a community belongs to version 2c")
		}
		return len(r.complaints) > before
	}
	for key, at := range map[string]*place{"user": when(f.User.set, &f.User.at), "auth": when(f.Auth.set, &f.Auth.at),
		"auth_password": when(f.AuthPassword.set, &f.AuthPassword.at), "privacy": when(f.Privacy.set, &f.Privacy.at),
		"privacy_password": when(f.PrivacyPassword.set, &f.PrivacyPassword.at)} {
		if at != nil {
			r.complain(*at, `version = "3"`, "%s belongs to version 3", key)
		}
	}
	return len(r.complaints) > before
}

func when(set bool, at *place) *place {
	if set {
		return at
	}
	return nil
}

func wordsOf[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func (r *reader) traps(f *trapsFile, all []device.Credentials, known map[string]device.Credentials, names *idSet) Traps {
	if f == nil {
		return Traps{}
	}
	t := Traps{Accept: all, PerSecond: int(r.within(f.PerSecond, "per_second", 1, maxTrapRate, defaultTrapRate))}
	if r.required(f.ListenAddress.set, &f.table, "listen_address", `listen_address = ":162"`, "snmp_traps does not say where to listen") {
		t.ListenAddress = r.listen(f.ListenAddress)
	}
	if f.Credentials != nil {
		t.Accept = nil
	}
	for _, name := range f.Credentials {
		if name.ok && r.known(name, "there are no [[snmp_credentials]]", names) {
			t.Accept = append(t.Accept, known[name.v])
		}
	}
	if len(t.Accept) == 0 && len(r.complaints) == 0 {
		r.complain(f.at, "add [[snmp_credentials]] with the community or user of the senders", "no trap would be accepted: there are no credentials")
	}
	return t
}
