package config

import (
	"strconv"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

// devices writes what the file says of SNMP.
func (d *dumper) devices(s *SNMP) {
	if s.Profiles != "" {
		d.section("[snmp]")
		d.text("profiles", s.Profiles)
	}
	for _, c := range s.Credentials {
		d.snmpCredentials(c)
	}
	if s.Traps.ListenAddress != "" {
		d.section("[snmp_traps]")
		d.text("listen_address", s.Traps.ListenAddress)
		names := make([]string, len(s.Traps.Accept))
		for i, c := range s.Traps.Accept {
			names[i] = c.Name
		}
		d.texts("credentials", names)
		d.number("per_second", s.Traps.PerSecond)
	}
	for _, dev := range s.Devices {
		d.device(dev)
		for _, t := range s.Thresholds {
			if t.Device == dev.ID {
				d.section("[[device.threshold]]")
				d.threshold(t)
			}
		}
	}
	for _, t := range s.Thresholds {
		if t.Device == "" {
			d.section("[[threshold]]")
			d.threshold(t)
		}
	}
	for _, c := range s.Capacity {
		if c == device.DefaultCapacity && len(s.Capacity) == 1 {
			continue
		}
		d.capacity(c)
	}
}

func (d *dumper) snmpCredentials(c device.Credentials) {
	d.section("[[snmp_credentials]]")
	d.text("name", c.Name)
	if c.Version == device.V2c {
		d.text("version", "2c")
		d.secret("community", c.Community)
		return
	}
	d.text("version", "3")
	d.text("user", c.User)
	d.text("auth", string(c.Auth))
	d.secret("auth_password", c.AuthPassword)
	d.text("privacy", string(c.Privacy))
	d.secret("privacy_password", c.PrivacyPassword)
}

func (d *dumper) device(dev device.Device) {
	d.section("[[device]]")
	d.text("id", string(dev.ID))
	d.text("name", dev.Name)
	d.text("service", string(dev.Service))
	d.text("class", string(dev.Class))
	d.text("address", dev.Address)
	d.text("credentials", dev.Credentials.Name)
	d.text("context", dev.Context)
	d.time("interval", dev.Interval)
	d.time("timeout", dev.Timeout)
	d.raw("retries", strconv.Itoa(max(dev.Retries, 0)))
	d.number("max_repetitions", dev.MaxRepetitions)
	d.text("profile", dev.Profile)
	d.flag("unverified", dev.Unverified)
	var parents []string
	for _, id := range d.parents[check.ID(dev.ID)] {
		parents = append(parents, string(id))
	}
	d.texts("depends_on", parents)
	w := dev.Wanted
	var read []string
	for i, on := range []bool{w.CPU, w.Memory, w.Storage, w.Interfaces, w.Extra} {
		if on {
			read = append(read, groups[i])
		}
	}
	if read == nil {
		d.raw("read", "[]")
	}
	d.texts("read", read)
	d.pattern("storage_exclude", w.StorageExclude)
	d.pattern("interface_match", w.InterfaceMatch)
	d.pattern("interface_exclude", w.InterfaceExclude)
	d.texts("interface_kinds", kindWords(w.InterfaceKinds))
	for _, o := range w.Custom {
		d.section("[[device.object]]")
		d.text("name", o.Name)
		d.text("oid", o.OID)
		d.text("unit", string(o.Unit))
		d.flag("counter", o.Counter)
		if o.Scale != 0 {
			d.raw("scale", plain(o.Scale))
		}
	}
}

func (d *dumper) threshold(t device.Threshold) {
	d.text("id", t.ID)
	d.text("kind", t.Kind.String())
	d.text("instance", t.Instance)
	key := "raise_above"
	if t.Below {
		key = "raise_below"
	}
	d.raw(key, plain(t.Limit))
	d.raw("margin", plain(t.Margin))
	d.time("for", t.RaiseAfter)
	d.time("clear_for", t.ClearAfter)
	d.text("by", t.By.String())
	if t.Over > 0 {
		d.time("over", t.Over)
	}
	d.text("severity", string(t.Severity))
	d.number("max_changes", t.MaxChanges)
	d.time("changes_within", t.ChangesWithin)
}

func (d *dumper) capacity(c device.CapacityRule) {
	d.section("[[capacity]]")
	d.text("id", c.ID)
	d.text("device", string(c.Device))
	d.text("kind", c.Kind.String())
	d.raw("limit", plain(c.Limit))
	d.number("days", c.Days)
	d.number("need", c.Need)
	d.time("horizon", c.Horizon)
}

// plain writes a number as TOML takes it: never without a digit before an exponent.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
