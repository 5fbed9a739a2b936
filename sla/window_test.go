package sla

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func zone(t testing.TB, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t testing.TB, text string) time.Time {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestWindowPeriod(t *testing.T) {
	tokyo, newYork := zone(t, "Asia/Tokyo"), zone(t, "America/New_York")
	month := func(z *time.Location) Window { return Window{Kind: CalendarMonth, Zone: z} }
	for name, what := range map[string]struct {
		window   Window
		now      string
		from, to string
		length   time.Duration
	}{
		"the sheet's year": {
			Window{Kind: Fixed, From: Date{2020, 10, 1}, To: Date{2021, 9, 30}, Zone: tokyo}, "2020-12-01T00:00:00Z",
			"2020-10-01T00:00:00+09:00", "2021-10-01T00:00:00+09:00", 365 * day,
		},
		"a year with a leap day": {
			Window{Kind: Fixed, From: Date{2023, 10, 1}, To: Date{2024, 9, 30}, Zone: tokyo}, "2024-01-01T00:00:00Z",
			"2023-10-01T00:00:00+09:00", "2024-10-01T00:00:00+09:00", 366 * day,
		},
		"one day": {
			Window{Kind: Fixed, From: Date{2024, 2, 29}, To: Date{2024, 2, 29}, Zone: tokyo}, "2024-01-01T00:00:00Z",
			"2024-02-29T00:00:00+09:00", "2024-03-01T00:00:00+09:00", day,
		},
		"a day of 23 hours": {
			Window{Kind: Fixed, From: Date{2021, 3, 14}, To: Date{2021, 3, 14}, Zone: newYork}, "2021-03-14T12:00:00Z",
			"2021-03-14T00:00:00-05:00", "2021-03-15T00:00:00-04:00", 23 * time.Hour,
		},
		"a day of 25 hours": {
			Window{Kind: Fixed, From: Date{2021, 11, 7}, To: Date{2021, 11, 7}, Zone: newYork}, "2021-11-07T12:00:00Z",
			"2021-11-07T00:00:00-04:00", "2021-11-08T00:00:00-05:00", 25 * time.Hour,
		},
		"a month that is already the next one in its zone": {
			month(tokyo), "2021-01-31T15:00:00Z",
			"2021-02-01T00:00:00+09:00", "2021-03-01T00:00:00+09:00", 28 * day,
		},
		"December": {
			month(tokyo), "2021-12-31T14:59:59Z",
			"2021-12-01T00:00:00+09:00", "2022-01-01T00:00:00+09:00", 31 * day,
		},
		"a month with a change of the clock": {
			month(newYork), "2021-03-20T00:00:00Z",
			"2021-03-01T00:00:00-05:00", "2021-04-01T00:00:00-04:00", 31*day - time.Hour,
		},
		"a day that begins at one o'clock": {
			Window{Kind: Fixed, From: Date{2017, 10, 15}, To: Date{2017, 10, 15}, Zone: zone(t, "America/Sao_Paulo")}, "2017-10-15T12:00:00Z",
			"2017-10-15T01:00:00-02:00", "2017-10-16T00:00:00-02:00", 23 * time.Hour,
		},
		"a day whose midnight comes twice": {
			Window{Kind: Fixed, From: Date{2021, 11, 7}, To: Date{2021, 11, 7}, Zone: zone(t, "America/Havana")}, "2021-11-07T12:00:00Z",
			"2021-11-07T00:00:00-04:00", "2021-11-08T00:00:00-05:00", 25 * time.Hour,
		},
		"instants instead of days": {
			Window{Kind: Fixed, Begin: at(t, "2020-10-01T12:00:00Z"), End: at(t, "2020-10-02T12:00:00Z"), Zone: tokyo}, "2020-10-01T00:00:00Z",
			"2020-10-01T12:00:00Z", "2020-10-02T12:00:00Z", day,
		},
		"rolling": {
			Window{Kind: Rolling, Length: 30 * day, Zone: newYork}, "2021-03-20T00:00:00Z",
			"2021-02-18T00:00:00Z", "2021-03-20T00:00:00Z", 30 * day,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := what.window.Period(at(t, what.now))
			if !got.From.Equal(at(t, what.from)) || !got.To.Equal(at(t, what.to)) {
				t.Errorf("the period is %s to %s, want %s to %s", got.From.Format(time.RFC3339), got.To.Format(time.RFC3339), what.from, what.to)
			}
			if got.Length() != what.length {
				t.Errorf("it is %s long, want %s", got.Length(), what.length)
			}
		})
	}
}

func TestParseDate(t *testing.T) {
	for text, want := range map[string]Date{
		"2020-10-01": {2020, time.October, 1},
		"2024-02-29": {2024, time.February, 29},
	} {
		if got, err := ParseDate(text); err != nil || got != want {
			t.Errorf("ParseDate(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"2023-02-29", "2020-1-1", "2020-10-01T00:00:00Z", "", "tomorrow"} {
		if got, err := ParseDate(text); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", text, got)
		}
	}
}

func TestDateNext(t *testing.T) {
	for d, want := range map[Date]Date{
		{2020, 12, 31}: {2021, 1, 1}, {2024, 2, 28}: {2024, 2, 29}, {2024, 2, 29}: {2024, 3, 1}, {2023, 2, 28}: {2023, 3, 1},
	} {
		if got := d.Next(); got != want {
			t.Errorf("%v.Next() = %v, want %v", d, got, want)
		}
	}
}
