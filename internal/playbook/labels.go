package playbook

import (
	"regexp"
	"slices"
	"sync"
)

var labelName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{@[a-z-]+\}`) })

// labels gives a function that puts Google's labels, as they are shown in a
// language, into a text that names them {@id}. A name that does not exist
// stays; a test walks all texts.
func labels(lang string) (func(text string) string, error) {
	var file struct {
		Shown  map[string]string         `yaml:"shown"`
		Labels map[string]map[string]any `yaml:"labels"`
	}
	if err := readWalk("labels.yaml", &file); err != nil {
		return nil, err
	}
	shown := make(map[string]string, len(file.Labels))
	for id, in := range file.Labels {
		shown["{@"+id+"}"] = showLabel(in, lang, file.Shown[lang])
	}
	return func(text string) string {
		return labelName().ReplaceAllStringFunc(text, func(name string) string {
			if label, ok := shown[name]; ok {
				return label
			}
			return name
		})
	}, nil
}

func showLabel(in map[string]any, lang, how string) string {
	english, _ := in["en"].(string)
	own, ok := in[lang].(string)
	unsure, _ := in["unsure"].([]any)
	if !ok || own == english || slices.Contains(unsure, any(lang)) {
		return english
	}
	if how == "after" {
		return english + " (" + own + ")"
	}
	return own + " (" + english + ")"
}
