from django.db import migrations, models

# Region.UNDESCRIBED
UNDESCRIBED = "A coloured patch on the bone."


class Migration(migrations.Migration):
    dependencies = [
        ("anatomy", "0003_knowledge_revision"),
    ]

    operations = [
        migrations.AddField(
            model_name="region",
            name="description",
            field=models.TextField(
                default=UNDESCRIBED,
                help_text="Where the patch lies and what it looks like, for those who cannot see it. Name no muscle and no landmark: quizzes ask for them.",
                verbose_name="description",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="region",
            name="places",
            field=models.ManyToManyField(
                help_text="The places that the patch covers, such as the iliac fossa.",
                related_name="patches_here",
                to="anatomy.structure",
                verbose_name="stands on",
            ),
        ),
        migrations.AddConstraint(
            model_name="region",
            constraint=models.CheckConstraint(
                condition=~models.Q(description=""), name="region_has_a_description"
            ),
        ),
    ]
