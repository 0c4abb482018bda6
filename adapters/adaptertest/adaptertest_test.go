package adaptertest_test

import (
	"testing"

	"studyhall/adapters/adaptertest"
)

func TestFixturesAreValid(t *testing.T) {
	seen := map[string]bool{}
	once := func(t *testing.T, name string) {
		if seen[name] {
			t.Errorf("%q is the name of two fixtures", name)
		}
		seen[name] = true
	}
	for _, c := range adaptertest.Cards() {
		t.Run(c.Name, func(t *testing.T) {
			once(t, c.Name)
			if err := c.Message.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
	for name, text := range adaptertest.HostileTexts() {
		t.Run("hostile/"+name, func(t *testing.T) {
			if err := adaptertest.HostileCard(text).Validate(); err != nil {
				t.Error(err)
			}
		})
	}
	for _, f := range adaptertest.Forms() {
		t.Run("form/"+f.Name, func(t *testing.T) {
			once(t, "form-"+f.Name)
			if err := f.Form.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
	for _, c := range adaptertest.Commands() {
		t.Run("command/"+c.Name, func(t *testing.T) {
			if err := c.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}
