package playbook

import "testing"

func TestLoadUnknownLanguage(t *testing.T) {
	if _, err := Load("xx", nil); err == nil {
		t.Error("Load(xx) gave no error")
	}
}
