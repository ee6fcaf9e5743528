from django.db import migrations, models

CONTEXTS = [
    ("neutral", "always"),
    ("extended-hip", "extended hip"),
    ("flexed-hip", "flexed hip"),
    ("deeply-flexed-hip", "deeply flexed hip"),
    ("extended-knee", "extended knee"),
    ("flexed-knee", "flexed knee"),
    ("fixed-thigh", "fixed thigh"),
    ("anterior-fibres", "front fibres"),
    ("posterior-fibres", "rear fibres"),
    ("upper-fibres", "upper fibres"),
    ("lower-fibres", "lower fibres"),
    ("ischial-part", "ischial part"),
    ("pubic-part", "pubic part"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("anatomy", "0004_region_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="fact",
            name="context",
            field=models.SlugField(
                choices=CONTEXTS,
                default="neutral",
                help_text="When it holds, or for which part of the muscle.",
                max_length=40,
                verbose_name="context",
            ),
        ),
    ]
