# Perl's own reader of TAP, as a library: its YAML and its plan too.
use strict;
use warnings;
use TAP::Parser;

binmode STDOUT, ':encoding(UTF-8)';
my $parser = TAP::Parser->new({ source => $ARGV[0] });
while (my $result = $parser->next) {
    print "skipped ", $result->explanation, "\n" if $result->is_test && $result->has_skip;
    print "diagnosis ", $result->data->{diagnosis}, " exit ", $result->data->{exit}, "\n" if $result->is_yaml;
    die "no TAP: ", $result->as_string, "\n" if $result->is_unknown;
}
die join("\n", $parser->parse_errors), "\n" if $parser->parse_errors;
die "the plan is not kept\n" unless $parser->is_good_plan && $parser->tests_run;
print "plan kept, ", $parser->tests_run, " tests, ", scalar($parser->failed), " failed\n";
