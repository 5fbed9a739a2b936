package alert

import (
	"fmt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// device reads off what of a device is beyond its thresholds. Its agent's silence is
// an incident of the check of its liveness.
func (r *reading) device(d *status.Device) {
	for i := range d.Watched {
		w := &d.Watched[i]
		if !w.Raised && !w.Unstable {
			continue
		}
		// Two thresholds of one series are told apart by their limits.
		limit := device.Format(w.Limit, w.Threshold.Kind.Unit())
		title := fmt.Sprintf("%s: %s (limit %s) passed its threshold", d.Name, thing(w.Series), limit)
		if w.Unstable {
			title = fmt.Sprintf("%s: %s (limit %s) passes its threshold again and again", d.Name, thing(w.Series), limit)
		}
		verb := "しきい値を通過"
		if w.Unstable {
			verb = "しきい値を繰り返し通過"
		}
		sentence, sentenceJA := held(w)
		r.add(Condition{
			JA:      ja(sentenceJA, "%s: %s（設定値 %s）が%s", d.Name, thingJA(w.Series), limit, verb),
			Key:     fmt.Sprintf("crossing/%s/%s", w.Threshold.ID, w.Series),
			Subject: fmt.Sprintf("threshold %s of %s", w.Threshold.ID, w.Series),
			Type:    Crossing, Severity: severityOf(w.Severity), Service: d.Service, Check: check.ID(d.ID), Class: d.Class,
			Since: w.Since, Title: title, Sentence: sentence, Path: "/devices/" + string(d.ID),
		})
	}
}

// held says what is held against the limit of a threshold, in English and Japanese.
func held(w *status.Watched) (en, ja string) {
	value, limit := device.Format(w.Value, w.Threshold.Kind.Unit()), device.Format(w.Limit, w.Threshold.Kind.Unit())
	side, sideJA := "above", "超える"
	if w.Below {
		side, sideJA = "below", "下回る"
	}
	en = fmt.Sprintf("It is %s (%s); too much is what is %s %s", value, w.By, side, limit)
	if w.Below {
		en = fmt.Sprintf("It is %s (%s); too little is what is %s %s", value, w.By, side, limit)
	}
	ja = fmt.Sprintf("現在 %s（%s）。しきい値は %s を%s状態", value, statistics[w.By.String()], limit, sideJA)
	if w.RaiseAfter > 0 {
		en += " for " + sla.PromiseTime(w.RaiseAfter)
		ja += "が " + lengthJA(w.RaiseAfter) + " 続くこと"
	}
	return en + ".", ja + "です。"
}

// thing names what of a device a series is about.
func thing(s device.Series) string {
	if s.Instance == "" {
		return s.Kind.String()
	}
	return s.Kind.String() + " of " + s.Instance
}

// kindsJA name kinds of readings.
var kindsJA = map[device.Kind]string{
	device.CPU: "プロセッサー", device.Memory: "メモリー使用率", device.Swap: "スワップ使用率", device.Storage: "ボリューム使用率",
	device.InBits: "受信", device.OutBits: "送信", device.InErrors: "受信エラー", device.OutErrors: "送信エラー",
	device.InDiscards: "受信破棄", device.OutDiscards: "送信破棄", device.Speed: "速度", device.LinkUp: "リンク",
	device.InUse: "回線使用率（受信）", device.OutUse: "回線使用率（送信）", device.Uptime: "稼働時間", device.Load: "負荷",
	device.Temperature: "温度", device.BatteryRemaining: "バッテリー残り時間", device.OnBattery: "バッテリー運転",
	device.MemoryUsed: "メモリー使用量", device.StorageUsed: "ボリューム使用量",
}

// thingJA is thing in Japanese; what is read by OID has its own name.
func thingJA(s device.Series) string {
	word, ok := kindsJA[s.Kind]
	switch {
	case !ok:
		return thing(s)
	case s.Instance == "":
		return word
	}
	return s.Instance + " の" + word
}

func severityOf(s device.Severity) Severity {
	switch s {
	case device.Critical:
		return Critical
	case device.Warning:
		return Warning
	}
	return Info
}

// review says that somebody has to decide on capacity. It never disturbs: a review takes
// weeks.
func (r *reading) review(v *device.Review) {
	if !v.Open() {
		return
	}
	severity := Info
	sentence, sentenceJA := "Because "+v.Because+".", InJapanese(v.Because)+"。"
	if !v.Due.IsZero() && r.board.At.After(v.Due) {
		severity = Warning
		due := v.Due.In(r.zone()).Format("2006-01-02")
		sentence, sentenceJA = sentence+" It was due on "+due+".", sentenceJA+"期限は "+due+" でした。"
	}
	r.add(Condition{
		JA:  ja(sentenceJA, "%s: %s の容量の見直し", v.Series.Device, thingJA(v.Series)),
		Key: "review/" + v.ID, Subject: "capacity review " + v.ID, Type: Review, Severity: severity, Check: check.ID(v.Series.Device),
		Since: v.Opened, Title: fmt.Sprintf("%s: the capacity of %s is to be reviewed", v.Series.Device, thing(v.Series)),
		Sentence: sentence, Path: "/devices",
	})
}
