package config

import "testing"

func TestSmallestFile(t *testing.T) {
	c, err := Parse("slamon.toml", []byte(`
[[service]]
id = "web"
[[service.check]]
id = "front"
[service.check.http]
url = "https://www.example.com/"
`))
	if err != nil {
		t.Fatal(err)
	}
	k, ok := c.Check("front")
	if !ok || k.Target() != "https://www.example.com/" {
		t.Errorf("Check(front) = %+v, %t", k, ok)
	}
}
