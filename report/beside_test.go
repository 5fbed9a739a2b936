package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
)

// busyYear is the year with a gateway that was busy during every incident, and whose
// memory could not be read.
func busyYear(t *testing.T) Input {
	in := year(t)
	in.Readings = func(from, to time.Time) []device.Beside {
		if !from.Before(to) {
			t.Errorf("asked for the readings from %v to %v", from, to)
		}
		part := func(k device.Kind, instance string, before, during device.Seen) device.Beside {
			return device.Beside{Series: device.Series{Device: "gw", Kind: k, Instance: instance}, Name: "Gateway <1>", Before: before, During: during}
		}
		return []device.Beside{
			part(device.CPU, "", device.Seen{Known: 12, Mean: .125, Max: .2}, device.Seen{Known: 2, Mean: .93, Max: .96}),
			part(device.OutUse, "eth0", device.Seen{}, device.Seen{Void: 2, Why: device.VoidSilent}),
		}
	}
	in.Events = func(from, _ time.Time) []status.Event {
		return []status.Event{{At: from.Add(-20 * time.Second), Kind: "trap_link_down", Text: "gw: linkDown, ifIndex 2"}}
	}
	return in
}

// TestReadingsBesideIncidents wants them in every form and both languages.
func TestReadingsBesideIncidents(t *testing.T) {
	d := Make(busyYear(t))
	for _, c := range []struct {
		format   Format
		language *Language
		want     []string
	}{
		{Text, English, []string{"Readings beside the incidents", "Processor", "mean 12.5 %, at most 20 %", "mean 93 %, at most 96 %", "Speed in use, sent eth0", "nothing read", "not known: the agent did not answer", "in the 1 h up to", "What the devices told", "1  2020-11-12 09:59:40  gw: linkDown, ifIndex 2"}},
		{Text, Japanese, []string{"障害前後の機器の測定値", "平均 93 %、最大 96 %", "不明：エージェントの応答なし", "測定なし", "機器からのイベント"}},
		{HTML, English, []string{"Gateway &lt;1&gt;", `id="readings"`}},
		{JSON, nil, []string{`"device_name": "Gateway <1>"`, `"max": 0.96`, `"why": "silent"`, `"kind": "trap_link_down"`}},
	} {
		var out bytes.Buffer
		if err := d.Write(&out, c.format, c.language); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s lacks %q:\n%s", c.format, want, out.String())
			}
		}
	}
	// A service without devices has no such table, and lists rather than null in JSON.
	var plain bytes.Buffer
	without := Make(year(t))
	if err := without.Write(&plain, Text, English); err != nil || strings.Contains(plain.String(), "Readings beside") {
		t.Errorf("a service without devices, %v:\n%s", err, plain.String())
	}
	text, err := json.Marshal(without.Incidents[0])
	if err != nil || !bytes.Contains(text, []byte(`"readings":[]`)) {
		t.Errorf("%s, %v", text, err)
	}
}

// TestDeviceWords wants the words of devices in both languages, with as many arguments.
func TestDeviceWords(t *testing.T) {
	for key, en := range deviceWordsEnglish {
		if ja := deviceWordsJapanese[key]; ja == "" || strings.Count(en, "%s") != strings.Count(ja, "%s") {
			t.Errorf("%s: %q in English, %q in Japanese", key, en, ja)
		}
	}
	for v := device.NotVoid; v <= device.VoidUnasked; v++ {
		if _, ok := deviceWordsEnglish["void."+v.String()]; !ok {
			t.Errorf("no words for a reading that is void: %s", v)
		}
	}
}
